"""Whose project a form without a project name of its own is about.

A published rubric often carries only a title, and the title names the project, the unit that
carried it out, or nobody; it then belongs to the project whose form stands before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jixiao.intake.shape import titles_without_tail
from jixiao.model.forms import Form, Scope
from jixiao.model.submission import FormData, Submission
from jixiao.spreadsheet.text import key


def settle_projects(submission: Submission, forms: Mapping[str, Form]) -> None:
    """Fills in the project of every form that has no identity row filled in."""
    named = [d for d in submission.forms if _own_name(d, forms[d.form]) is not None]
    before: FormData | None = None
    for data in submission.forms:
        form = forms[data.form]
        own = _own_name(data, form)
        if own is not None:
            before = data
        elif form.scope is Scope.PROJECT and form.narrative is None:
            data.project = _project(data, form, before, named, submission.unit_name)


def _own_name(data: FormData, form: Form) -> str | None:
    """The project that a form's own identity row names."""
    identity = form.role("identity")
    if form.scope is not Scope.PROJECT or identity is None:
        return None
    cell = data.get(f"{identity.id}.project.value")
    return None if cell.blank else cell.text


def _project(
    data: FormData, form: Form, before: FormData | None, named: Iterable[FormData], unit: str
) -> str:
    candidates = [c for c in titles_without_tail(data.title, form) if c]
    if data.project and data.project not in candidates:
        return data.project  # the issued workbook's own map says it
    for candidate in candidates:
        for other in named:
            if key(other.project or "") == key(candidate):
                return other.project or ""
    about = before.project or "" if before is not None else ""
    if about and (not candidates or any(c in _people(before, unit) for c in candidates)):
        return about
    return candidates[0] if candidates else data.project or ""


def _people(before: FormData | None, unit: str) -> set[str]:
    """The units a title may name instead of the project, as keys."""
    names = {key(unit)} if unit else set()
    if before is not None:
        names |= {
            key(cell.text)
            for address, cell in before.cells.items()
            if address.endswith((".supervisor.value", ".implementer.value")) and not cell.blank
        }
    return names
