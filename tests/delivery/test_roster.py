"""The roster as a workbook: out, changed by a person, back in."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jixiao.errors import JixiaoError, PackError, RefusedFile
from jixiao.installation.settings import Settings
from jixiao.policy import Pack
from jixiao.policy.roster import (
    export_roster,
    import_roster,
    roster_file,
    with_roster,
    write_roster,
)
from jixiao.year import open_cycle


def changed(pack: Pack, change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(export_roster(pack.roster)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_out_and_in_again_is_the_same(pack: Pack) -> None:
    assert import_roster(export_roster(pack.roster), "名册.xlsx", pack.channels) == pack.roster


def test_columns_may_be_moved_and_rows_added(pack: Pack) -> None:
    def change(book: Any) -> None:
        book["单位"].insert_cols(1)
        book["单位"]["A1"] = "序号"
        book["单位"].insert_rows(1)
        book["项目"].append(
            ["11431199MB99010161", "新的项目", "", "", "示例县云岭文化旅游局", "甲、乙"]
        )

    roster = import_roster(changed(pack, change), "名册.xlsx", pack.channels)
    added = next(d for d in roster.departments if d.code == "11431199MB99010161").projects[-1]
    assert (added.name, added.aliases) == ("新的项目", ("甲", "乙"))
    assert len(roster.departments) == len(pack.roster.departments)


def wrong(book: Any) -> None:
    units, projects = book["单位"], book["项目"]
    units["B3"] = None
    units["A4"] = units["A2"].value
    units["G5"] = "没有的渠道"
    units["D6"] = "12345"
    projects["A2"] = "查无此码"
    projects["C4"] = "没有的总项目"


def test_every_mistake_says_its_row(pack: Pack) -> None:
    with pytest.raises(JixiaoError) as refused:
        import_roster(changed(pack, wrong), "名册.xlsx", pack.channels)
    lines = refused.value.message.splitlines()
    for begin in (
        "“单位”第 3 行：没有填单位名称",
        "“单位”第 4 行：单位代码 11431125MB18152796 与第 2 行重复",
        "“单位”第 5 行：没有名为“没有的渠道”的通知渠道",
        "“单位”第 6 行：主管部门代码 12345 不在名册里",
        "“项目”第 2 行：单位代码 查无此码 不在“单位”表里",
    ):
        assert any(line.startswith(begin) for line in lines), (begin, lines)
    assert any("没有的总项目" in line for line in lines)


def test_what_is_no_roster_is_said(pack: Pack) -> None:
    with pytest.raises(JixiaoError, match="缺少“项目”表"):
        import_roster(changed(pack, lambda b: b.remove(b["项目"])), "x.xlsx", pack.channels)
    with pytest.raises(JixiaoError, match="没有表头"):
        import_roster(changed(pack, lambda b: b["单位"].delete_rows(1)), "x.xlsx", pack.channels)
    with pytest.raises(RefusedFile):
        import_roster(b"%PDF", "x.pdf", pack.channels)
    with pytest.raises(JixiaoError, match=r"不是 \.xlsx"):
        import_roster(b"<html><body></body></html>", "x.html", pack.channels)


def test_an_imported_roster_counts_from_then_on(pack: Pack, tmp_path: Path) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'jixiao.db'}")
    first, *others = pack.roster.departments
    told = replace(first, contact="李**", phone="139****2222")
    roster = pack.roster.model_copy(update={"departments": (told, *others)})
    path = write_roster(settings.var, 2023, roster)
    assert path == roster_file(settings.var, 2023)
    assert path.stat().st_mode & 0o077 == 0
    cycle = open_cycle(2023, date(2024, 3, 1), settings=settings)
    assert cycle.pack.roster == roster
    assert cycle.department(first.code).phone == "139****2222"
    assert with_roster(pack, tmp_path / "elsewhere").roster is pack.roster


def test_a_channel_that_is_gone_is_said(pack: Pack, tmp_path: Path) -> None:
    write_roster(tmp_path, 2023, pack.roster)
    channels = pack.channels.model_copy(update={"channels": {}})
    with pytest.raises(PackError, match=r"没有在 channels\.yaml 里定义"):
        with_roster(replace(pack, channels=channels), tmp_path)


def test_a_kept_roster_that_is_broken_is_named(pack: Pack, tmp_path: Path) -> None:
    path = write_roster(tmp_path, 2023, pack.roster)
    for broken in (path.read_bytes()[:-20], b"", b'{"departments": [{"code": 7}]}', b"\xff"):
        path.write_bytes(broken)
        with pytest.raises(PackError, match=r"2023\.json：已经损坏.*jixiao roster import"):
            with_roster(pack, tmp_path)
