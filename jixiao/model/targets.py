"""The approved targets of a department: what later counts.

A target set is proposed in the target template, approved or returned by a named officer, and
its hash travels inside the evaluation workbook, so that a target edited afterwards shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from jixiao.errors import reader_of
from jixiao.model.submission import FormData, Submission


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One approved indicator; all values as written."""

    level1: str
    level2: str
    name: str
    target: str
    weight: str


@dataclass(frozen=True, slots=True)
class FormTargets:
    """The approved targets of one form.

    Attributes:
        form: form id (``附件2`` or ``附件3``).
        project: the project's name for a project form, else ``None``.
        goal: the yearly goal in words.
        execution_weight: points of the budget execution row.
    """

    form: str
    project: str | None
    goal: str
    execution_weight: str
    rows: tuple[TargetRow, ...]


@dataclass(frozen=True, slots=True)
class TargetSet:
    """All targets of one department for one year."""

    year: int
    unit_code: str
    forms: tuple[FormTargets, ...]

    @property
    def hash(self) -> str:
        """Content hash (hex): the same targets always have the same hash."""
        return hashlib.sha256(to_json(self)).hexdigest()

    def of(self, form: str, project: str | None) -> FormTargets | None:
        return next((f for f in self.forms if f.form == form and f.project == project), None)


def from_submission(submission: Submission, year: int, unit_code: str) -> TargetSet:
    """The target set that a filled template (or a filing) proposes.

    Every form with an indicator list counts, in file order; blank rows are left out.
    """
    return TargetSet(
        year=year,
        unit_code=unit_code,
        forms=tuple(_form_targets(data) for data in submission.forms if data.indicators),
    )


def _form_targets(data: FormData) -> FormTargets:
    return FormTargets(
        form=data.form,
        project=data.project,
        goal=data.get("goals.goal.expected").text,
        execution_weight=data.get("execution.total.weight").text,
        rows=tuple(
            TargetRow(r.level1, r.level2, r.name.text, r.target.text, r.weight.text)
            for r in data.indicators
            if not r.name.blank
        ),
    )


@cache
def _adapter() -> TypeAdapter[TargetSet]:
    return TypeAdapter(TargetSet)


#: The shape :func:`to_json` writes; a target set's hash is over it, so it stays as it is for good.
FORMAT = 1
_READERS: Mapping[int, Callable[[bytes | str], TargetSet]] = {
    1: lambda data: _adapter().validate_json(data),
}


def to_json(targets: TargetSet) -> bytes:
    return _adapter().dump_json(targets)


def from_json(data: bytes | str, format: int = FORMAT) -> TargetSet:
    """A target set back from :func:`to_json`.

    Raises:
        JixiaoError: a newer program wrote it.
    """
    return reader_of(_READERS, format, "绩效目标")(data)
