"""Which tests are long proofs, and what each suite took against its budget (`budget.yaml`)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="run the long proofs, and nothing else (make long)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A long proof is no part of the everyday suites; it is run by name."""
    wanted = bool(config.getoption("--long"))
    chosen = [i for i in items if (i.get_closest_marker("long") is not None) is wanted]
    config.hook.pytest_deselected(items=[i for i in items if i not in set(chosen)])
    items[:] = chosen


def budget() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "budget.yaml").read_text("utf-8"))
    return found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    took: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[report.nodeid.split("/")[1]] += report.duration
    for name, suite in budget().items():
        seconds = sum(took[folder] for folder in suite["folders"])
        if seconds > suite["seconds"] * 0.1:
            over = "" if seconds <= suite["seconds"] else "  OVER ITS BUDGET"
            terminalreporter.write_line(
                f"suite {name}: {seconds:.0f} s of tests, budget {suite['seconds']}{over}"
            )
