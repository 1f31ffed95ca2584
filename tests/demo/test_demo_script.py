"""The demonstration's script: everything it names exists, on days the calendar knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from jixiao.demo.sample import Deed, load_filing, load_script
from jixiao.errors import PackError
from jixiao.model.forms import Form
from jixiao.policy.model import Calendar, Roster, Stage
from jixiao.policy.yamlfile import load_model


def test_script_agrees_with_roster_files_and_calendar(demo: Path, forms: dict[str, Form]) -> None:
    script = load_script(demo / "script.yaml")
    year = demo.parent / "config" / "2023"
    calendar = load_model(year / "calendar.yaml", Calendar)
    codes = {d.code for d in load_model(year / "departments.yaml", Roster).departments}
    submit = calendar.window(Stage.SUBMIT)
    late = []
    for step in script.steps:
        assert step.unit in codes
        if step.do in {Deed.TARGETS_PROPOSAL, Deed.APPROVE}:
            window = calendar.window(Stage.TARGETS)
            assert window.opens <= step.date <= window.closes
        else:
            assert submit.opens <= step.date <= calendar.window(Stage.REVIEW).closes
            late += [step.unit] if step.date > submit.closes else []
        if step.do in {Deed.TARGETS_PROPOSAL, Deed.FILING, Deed.CORRECT}:
            assert load_filing(demo / step.file, forms).unit_code == step.unit
    assert late == ["12431199MB99020279"]


def test_who_does_what(demo: Path) -> None:
    deeds: dict[str, list[Deed]] = {}
    for step in load_script(demo / "script.yaml").steps:
        deeds.setdefault(step.unit, []).append(step.do)
    agreed = [Deed.TARGETS_PROPOSAL, Deed.APPROVE]
    assert deeds == {
        "11431125MB18152796": [*agreed, Deed.FILING, Deed.CORRECT],
        "11431199MB99010161": [*agreed, Deed.FILING],
        "12431199MB99020279": [*agreed, Deed.FILING],
        "12431199MB9903038L": agreed,
        "12431199MB99040490": [*agreed, Deed.WRONG_FILE, Deed.FILING],
        "12431199MB990505X6": [*agreed, Deed.FILING, Deed.CORRECT],
    }


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("[{date: 2024-03-01, do: filing, unit: a, file: none.yaml, name: b.xlsx}]", "none.yaml"),
        ("[{date: 2024-03-01, do: filing, unit: a}]", "文件名"),
        ("[{date: 2024-03-01, do: approve, unit: a}]", "批复人"),
        ("[{date: 2024-03-01, do: dance, unit: a}]", "dance"),
        (
            "[{date: 2024-03-02, do: approve, unit: a, officer: 甲},"
            " {date: 2024-03-01, do: approve, unit: a, officer: 甲}]",
            "先后",
        ),
    ],
)
def test_wrong_scripts_are_refused(tmp_path: Path, steps: str, message: str) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(f"steps: {steps}", encoding="utf-8")
    with pytest.raises(PackError, match=message) as raised:
        load_script(path)
    assert str(path) in raised.value.message
