"""Old and foreign office files: converted where LibreOffice is, refused with the reason else."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jixiao.demo.sample import load_filing
from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.intake.child import ChildReader
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.spreadsheet import convert
from jixiao.workbooks import issue_workbook
from tests.audit import layout

DEMO = Path(__file__).resolve().parents[2] / "demo/filings"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_WORD = OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0" * 2000


@pytest.fixture(scope="module")
def filing(pack: Pack) -> Submission:
    return load_filing(DEMO / "songxi-2.yaml", pack.forms)


@pytest.fixture
def saved_as(need: Callable[[str], str], tmp_path: Path) -> Callable[[bytes, str, str], bytes]:
    """A file saved by LibreOffice as another kind."""
    soffice = need("soffice")

    def run(data: bytes, suffix: str, kind: str) -> bytes:
        source = tmp_path / f"file.{suffix}"
        source.write_bytes(data)
        subprocess.run(
            [
                soffice,
                "--headless",
                f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
                "--convert-to",
                kind,
                "--outdir",
                str(tmp_path / "out"),
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        return (tmp_path / "out" / f"file.{kind}").read_bytes()

    return run


def _texts(submission: Submission) -> list[object]:
    """What is said; merged columns may be counted otherwise after a conversion, and the blank
    cells of a rubric's last row joined to the one beside them."""
    return [
        (
            f.form,
            f.project,
            {a: c.text for a, c in f.cells.items() if not a.startswith("rubric.total.")},
            [(r.name.text, r.target.text, r.actual.text, r.score.text) for r in f.indicators],
            [p.text for p in f.paragraphs],
        )
        for f in submission.forms
    ]


@pytest.mark.office
@pytest.mark.parametrize(
    ("kind", "name"), [("doc", "报告.doc"), ("doc", "报告.wps"), ("rtf", "报告.doc")]
)
def test_old_word_files_read_like_new_ones(
    filing: Submission,
    pack: Pack,
    saved_as: Callable[[bytes, str, str], bytes],
    kind: str,
    name: str,
) -> None:
    new = layout.word(layout.published(filing, pack.forms))
    with ChildReader(pack.forms) as reader:
        old = reader.read(saved_as(new, "docx", kind), name)
        today = reader.read(new, name)
    assert isinstance(old, Submission)
    assert isinstance(today, Submission)
    assert _texts(old) == _texts(today)


@pytest.mark.office
@pytest.mark.parametrize("name", ["报表.xls", "报表.et"])
def test_old_workbooks_show_what_the_person_sees(
    filing: Submission, pack: Pack, saved_as: Callable[[bytes, str, str], bytes], name: str
) -> None:
    department = pack.department(filing.unit_code)
    assert department is not None
    new = issue_workbook(pack, department, None, filled=filing)
    old = read_file(saved_as(new, "xlsx", "xls"), name, pack.forms)
    today = read_file(new, name, pack.forms)
    assert [f.cells for f in old.forms] == [f.cells for f in today.forms]
    assert [f.indicators for f in old.forms] == [f.indicators for f in today.forms]
    rates = [c.text for f in old.forms for a, c in f.cells.items() if a.endswith(".rate")]
    assert any(text.endswith("%") for text in rates)


def test_without_libreoffice_the_reason_is_said(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RefusedFile, match="LibreOffice") as refused:
        read_file(OLD_WORD, "报告.doc", pack.forms)
    assert refused.value.code == "no_office"


@pytest.mark.office
def test_what_libreoffice_cannot_open_is_refused(pack: Pack, need: Callable[[str], str]) -> None:
    need("soffice")
    with pytest.raises(RefusedFile) as refused:
        read_file(OLD_WORD, "报告.doc", pack.forms)
    assert refused.value.code in {"convert_failed", "no_forms"}


@pytest.mark.office
def test_a_conversion_that_takes_too_long_is_ended(
    pack: Pack, need: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    need("soffice")
    monkeypatch.setattr(convert, "SECONDS", 0.01)
    with pytest.raises(RefusedFile) as refused:
        read_file(OLD_WORD, "报告.doc", pack.forms)
    assert refused.value.code == "convert_failed"


def test_old_word_files_with_macros_are_refused(pack: Pack) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_file(OLD_WORD + "_VBA_PROJECT".encode("utf-16-le"), "报告.doc", pack.forms)
    assert refused.value.code == "macro"
