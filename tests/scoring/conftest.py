"""What the scoring tests share: the base policy, changes to it, rows and forms from YAML."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.model.forms import Form
from jixiao.model.submission import Cell, FormData, IndicatorRow
from jixiao.policy.scoring import ScoringPolicy
from jixiao.policy.yamlfile import read_yaml

HERE = Path(__file__).parent
SOURCES = {"lower": "越低越好的依据", "higher": "越高越好的依据"}

PolicyOf = Callable[[Mapping[str, Any] | None], ScoringPolicy]
RowOf = Callable[..., IndicatorRow]
DataOf = Callable[[str, Mapping[str, Any]], FormData]


def _merged(base: Any, change: Any) -> Any:
    if isinstance(base, dict) and isinstance(change, Mapping):
        return base | {key: _merged(base.get(key), value) for key, value in change.items()}
    return change


def make_policy(changes: Mapping[str, Any] | None = None) -> ScoringPolicy:
    data, _ = read_yaml(HERE / "data" / "policy.yaml")
    return ScoringPolicy.model_validate(_merged(copy.deepcopy(data), changes or {}))


def make_row(**texts: str) -> IndicatorRow:
    """A row; ``level1`` and ``level2`` default to an output, ``x_problem`` breaks cell ``x``."""
    cells = {
        name: Cell(texts.get(name, ""), problem=texts.get(f"{name}_problem"))
        for name in ("name", "target", "actual", "weight", "score", "sign", "unit", "explanation")
    }
    return IndicatorRow(
        level1=texts.get("level1", "产出指标"), level2=texts.get("level2", "数量指标"), **cells
    )


def make_data(form: str, given: Mapping[str, Any]) -> FormData:
    """A filled form: ``cells`` by address, ``rows`` as lists of name, target, actual, weight, score."""
    data = FormData(form=form, sheet=form, project=given.get("project"))
    data.cells = {address: Cell(text) for address, text in given.get("cells", {}).items()}
    names = ("level2", "name", "target", "actual", "weight", "score")
    data.indicators = [
        make_row(**dict(zip(names, row, strict=True))) for row in given.get("rows", [])
    ]
    weight, score = given.get("total", ("", ""))
    data.total_weight, data.total_score = Cell(weight), Cell(score)
    return data


def cases(name: str) -> list[Any]:
    """Cases of a file, every scalar a string."""
    text = (HERE / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: list[Any] = yaml.load(text, yaml.BaseLoader)
    return [pytest.param(case, id=case["title"]) for case in loaded]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``row_case`` or ``form_case`` runs once for each case of that file."""
    for fixture, name in (("row_case", "rows"), ("form_case", "forms")):
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, cases(name))


@pytest.fixture(scope="session")
def policy_of() -> PolicyOf:
    return make_policy


@pytest.fixture(scope="session")
def row_of() -> RowOf:
    return make_row


@pytest.fixture(scope="session")
def data_of() -> DataOf:
    return make_data


@pytest.fixture(scope="session")
def forms() -> dict[str, Form]:
    data, _ = read_yaml(HERE / "data" / "forms.yaml")
    return {name: Form.model_validate(form) for name, form in data.items()}


@pytest.fixture(scope="session")
def sources() -> dict[str, str]:
    return SOURCES
