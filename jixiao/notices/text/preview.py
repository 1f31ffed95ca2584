"""What a notice will look like, from the examples beside the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal

import yaml

from jixiao.installation.paths import template_dir
from jixiao.model.findings import Finding, Place, Severity
from jixiao.notices.model import Kind
from jixiao.notices.text.render import render
from jixiao.policy.model import Bureau, Department, Stage, Window


def example_context(kind: Kind) -> dict[str, Any]:
    """Everything the template of this kind needs, from the examples."""
    examples = _examples()
    given = _typed({**examples["common"], **examples["kinds"][kind]})
    if "errors" in given:
        given["findings"] = (
            *(example_finding(n + 1) for n in range(given.pop("errors"))),
            *(example_finding(n + 50, Severity.WARNING) for n in range(given.pop("warnings"))),
        )
    return given


def preview(
    kind: Kind, real: Mapping[str, Any], format: Literal["text", "markdown"]
) -> tuple[str, str]:
    """Title and body of a notice made of the example and what is known for real.

    Args:
        real: replaces parts of the example, such as ``bureau``, ``department`` and ``window``.
            What the example leaves out (a file nobody can tell the sender of) stays out.
    """
    example = example_context(kind)
    known = {name: value for name, value in real.items() if example.get(name) is not None}
    return render(kind, {**example, **known}, format)


def example_finding(number: int, severity: Severity = Severity.ERROR, text: str = "") -> Finding:
    """A finding such as a filing may have."""
    return Finding(
        code=f"A{number:02}",
        severity=severity,
        title="合计不符",
        message=text or f"第 {number} 个指标的得分高于分值",
        where=(
            Place("附件3", "附件3-1", f"H{number}", "得分"),
            Place("附件2", "附件2", f"G{number}", "分值"),
        ),
        found="12",
        expected="不高于 10",
        difference="2",
        remedy=text or "把得分改到分值以内",
    )


@cache
def _examples() -> dict[str, Any]:
    """``templates/notices/examples.yaml``, part of the program like the templates themselves."""
    path = template_dir() / "notices" / "examples.yaml"
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    """What the file says in words as what templates get in real use."""
    return {
        name: _TYPES[name](value) if value and name in _TYPES else value
        for name, value in given.items()
    }


_TYPES: dict[str, Callable[[Any], object]] = {
    "bureau": Bureau.model_validate,
    "department": lambda given: Department(**given),
    "unit": lambda given: Department(**given),
    "window": Window.model_validate,
    "stage": Stage,
}
