"""What changed between two filings."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.demo.sample import load_filing
from jixiao.model.diff import Change, diff
from jixiao.model.submission import Cell, Submission
from jixiao.policy import Pack
from tests.delivery.conftest import SONGXI, Bureau

DEMO = Path(__file__).resolve().parents[2] / "demo/filings"


@pytest.fixture
def filing(pack: Pack) -> Submission:
    return load_filing(DEMO / "jiangyong-1.yaml", pack.forms)


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.yaml")), ids=lambda p: p.stem)
def test_nothing_changed_is_no_change(path: Path, pack: Pack) -> None:
    one, other = (load_filing(path, pack.forms) for _ in range(2))
    assert diff(one, other, pack.forms) == []


def test_each_changed_value_is_one_change(filing: Submission, pack: Pack) -> None:
    after = copy.deepcopy(filing)
    form = after.forms[1]
    assert form.form == "附件2"
    form.cells["execution.total.executed"] = Cell("1300.00", "附件2", "F6")
    row = form.indicators[2]
    form.indicators[2] = replace(row, actual=Cell(" 170 ", "附件2", "E12"))
    report = after.one("自评报告")
    assert report is not None
    index = next(i for i, p in enumerate(report.paragraphs) if p.heading is None)
    report.paragraphs[index] = replace(report.paragraphs[index], text="改写的一段。")
    changes = diff(filing, after, pack.forms)
    assert [(c.form, c.cell, c.name, c.before, c.after) for c in changes if c.name != "正文"] == [
        ("附件2", "F6", "年度资金总额·全年执行数", "1322.22", "1300.00"),
        ("附件2", "E12", "科技型企业入库·实际完成值", "169", "170"),
    ]
    assert [(c.form, c.after) for c in changes if c.name == "正文"] == [
        ("自评报告", "改写的一段。")
    ]


def test_moved_rows_and_other_blanks_are_no_change(filing: Submission, pack: Pack) -> None:
    after = copy.deepcopy(filing)
    form = after.one("附件2")
    assert form is not None
    form.indicators.reverse()
    basic = after.one("附件1")
    assert basic is not None
    for address, cell in list(basic.cells.items()):
        if cell.blank:
            basic.cells[address] = replace(cell, text="——")
    assert diff(filing, after, pack.forms) == []


def test_what_is_gone_and_what_is_new_is_told(filing: Submission, pack: Pack) -> None:
    after = copy.deepcopy(filing)
    form = after.one("附件2")
    assert form is not None
    gone = form.indicators.pop()
    assert Change("附件2", None, gone.name.sheet, "", "三级指标", gone.name.text, "") in diff(
        filing, after, pack.forms
    )
    assert Change("附件2", None, gone.name.sheet, "", "三级指标", "", gone.name.text) in diff(
        after, filing, pack.forms
    )


def test_the_command_lists_the_last_two_filings(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIXIAO_VAR", str(bureau.settings.var))
    monkeypatch.setenv("JIXIAO_DATABASE", bureau.settings.database)
    bureau.drop("一.xlsx", bureau.filled("filings/songxi-1.yaml"))
    bureau.collect()
    alone = CliRunner().invoke(app, ["diff", "2023", SONGXI])
    assert alone.exit_code != 0
    assert "没有可以比较的两次" in str(alone.exception)
    bureau.drop("二.xlsx", bureau.filled("filings/songxi-2.yaml"))
    bureau.collect()
    result = CliRunner().invoke(app, ["diff", "2023", SONGXI])
    assert result.exit_code == 0
    assert "第 1 次与第 2 次报送" in result.output
    assert "附件3" in result.output
