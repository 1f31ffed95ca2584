"""Old binary workbooks that must not be taken, and those under another programme's name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from jixiao.errors import RefusedFile
from jixiao.intake import check, read_file
from jixiao.policy import Pack

pytestmark = pytest.mark.office
ROWS: list[list[object]] = [
    ["部门整体支出绩效评价基础数据表（2023年度）"],
    ["单位名称", "某局"],
    ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
    ["三公经费", 1, 2.5, "=B4+C4"],
]


def _books() -> dict[str, Workbook]:
    books = {"usual": Workbook(), "merged": Workbook(), "far": Workbook()}
    for book in books.values():
        for row in ROWS:
            book.worksheets[0].append(row)
    books["merged"].worksheets[0].merge_cells("A9:IV100")
    books["far"].worksheets[0]["A12000"] = "说明"
    return books


@pytest.fixture(scope="module")
def old(need: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Workbooks saved by LibreOffice as ``.xls``."""
    folder = tmp_path_factory.mktemp("old")
    books = _books()
    for name, book in books.items():
        book.save(folder / f"{name}.xlsx")
    subprocess.run(
        [
            need("soffice"),
            "--headless",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "xls",
            "--outdir",
            str(folder),
            *(str(folder / f"{name}.xlsx") for name in books),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return {name: (folder / f"{name}.xls").read_bytes() for name in books}


@pytest.mark.parametrize(("name", "code"), [("merged", "giant_merge"), ("far", "far_cell")])
def test_what_is_out_of_bounds_is_refused(
    old: dict[str, bytes], pack: Pack, name: str, code: str
) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_file(old[name], "旧.xls", pack.forms)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["报表.et", "报表.xlsx", "没有扩展名"])
def test_what_another_programme_calls_otherwise_is_told_by_its_content(
    old: dict[str, bytes], pack: Pack, name: str
) -> None:
    """Spreadsheets of WPS (.et) are workbooks of the old kind under another name."""
    assert check(old["usual"], name) == "xls"
    (form,) = read_file(old["usual"], name, pack.forms).forms
    row = [form.get(f"spending.three_public.{c}").text for c in ("last_final", "budget", "final")]
    assert row == ["1", "2.5", "3.5"]
    assert form.get("spending.three_public.final").cell == "D4"
