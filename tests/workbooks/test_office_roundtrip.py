"""Real office software: what was issued is opened, saved again and read back without loss."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jixiao.demo.fill import fill
from jixiao.intake import read_file
from jixiao.model.findings import Finding, Place, Severity
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.workbooks import annotate

pytestmark = pytest.mark.office
Content = Callable[[Submission], dict[tuple[str, str | None], dict[str, Any]]]


@pytest.fixture
def resave(need: Callable[[str], str], tmp_path: Path) -> Callable[[bytes, str], bytes]:
    """Opens a workbook in LibreOffice and saves it as another kind."""
    soffice = need("soffice")

    def run(data: bytes, kind: str) -> bytes:
        source = tmp_path / "报送.xlsx"
        source.write_bytes(data)
        out = tmp_path / "out"
        profile = (tmp_path / "profile").as_uri()
        subprocess.run(
            [
                soffice,
                "--headless",
                f"-env:UserInstallation={profile}",
                "--convert-to",
                kind,
                "--outdir",
                str(out),
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        return (out / f"报送.{kind}").read_bytes()

    return run


def test_saved_by_libreoffice_reads_the_same(
    pack: Pack, filled: bytes, resave: Callable[[bytes, str], bytes], content: Content
) -> None:
    back = read_file(resave(filled, "xlsx"), "x", pack.forms)
    assert content(back) == content(read_file(filled, "x", pack.forms))
    assert back.target_hash
    assert back.unplaced == []


def test_libreoffice_works_out_the_formulas_of_a_filled_workbook(
    pack: Pack,
    issued: bytes,
    filing: Submission,
    resave: Callable[[bytes, str], bytes],
    content: Content,
) -> None:
    """The results we work out ourselves are those an office programme works out."""
    typed = fill(issued, filing, pack.forms)
    back = read_file(resave(typed, "xlsx"), "x", pack.forms)
    assert content(back) == content(read_file(typed, "x", pack.forms))


def test_annotated_workbook_opens(
    pack: Pack, filled: bytes, resave: Callable[[bytes, str], bytes], content: Content
) -> None:
    finding = Finding(
        "A01",
        Severity.ERROR,
        "题",
        "话。",
        (Place("附件1", "附件1", "B9", ""),),
        "1",
        "2",
        "1",
        "改。",
    )
    back = read_file(resave(annotate(filled, [finding]), "xlsx"), "x", pack.forms)
    assert content(back) == content(read_file(filled, "x", pack.forms))


def test_old_binary_workbook_shows_what_the_person_sees(
    pack: Pack,
    filled: bytes,
    resave: Callable[[bytes, str], bytes],
    content: Content,
) -> None:
    back = read_file(resave(filled, "xls"), "报送.xls", pack.forms)
    assert content(back) == content(read_file(filled, "x", pack.forms))
