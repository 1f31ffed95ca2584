"""The decisions as deployments: parameter forms in Chinese, and tasks that do what they say."""

from __future__ import annotations

from datetime import date

import pytest

from flows.decide import decide_targets, extend, review_decision, waive
from jixiao.errors import JixiaoError
from tasks.decisions import decide_filing, grant_extension, waive_finding

SONGXI = "12431199MB990505X6"
DAY = date(2024, 4, 1)


@pytest.mark.parametrize(
    "flow", [decide_targets, review_decision, waive, extend], ids=lambda flow: flow.name
)
def test_every_parameter_is_described_in_chinese(flow):
    assert any("\u4e00" <= c <= "\u9fff" for c in flow.description)
    described = {
        name: each.get("description", "") for name, each in flow.parameters.properties.items()
    }
    assert described
    assert all(any("\u4e00" <= c <= "\u9fff" for c in words) for words in described.values())


@pytest.fixture
def installed(county, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JIXIAO_VAR", str(county.settings.var))
    monkeypatch.setenv("JIXIAO_DATABASE", county.settings.database)
    county.filed("songxi-1", DAY)
    return county


def test_decisions_by_unit_alone(installed):
    given = ("周明远", "已核实", [2023], DAY)
    for decision, status in (("通过", "accepted"), ("撤回通过", "received"), ("退回", "returned")):
        said = decide_filing.fn(f" {SONGXI.lower()}", decision, *given)
        assert "示例县松溪市政园林所" in said
        assert installed.status(SONGXI) == status
    with pytest.raises(JixiaoError, match="没有报送"):
        decide_filing.fn("11431199MB99010161", "通过", *given)
    with pytest.raises(JixiaoError, match="没有编号"):
        waive_finding.fn(SONGXI, "0" * 16, "周明远", "已核实", None, [2023], DAY)


def test_more_time_is_granted_to_one_department(installed):
    given = ("周明远", "负责人病假", 2023, DAY)
    said = grant_extension.fn(f" {SONGXI.lower()}", "报送", date(2024, 5, 10), *given)
    assert said == "已准许示例县松溪市政园林所的报送延至 2024-05-10"
    with pytest.raises(JixiaoError, match="不在 2023 年度名册里"):
        grant_extension.fn("没有", "报送", date(2024, 5, 10), *given)
