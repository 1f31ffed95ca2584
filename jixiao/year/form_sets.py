"""The forms a workbook was issued with: by them it is read and judged, however the pack moves on."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import Connection

from jixiao.model.forms import Form
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.store.programs import form_set, put_form_set
from jixiao.workbooks.issue import form_version
from jixiao.year.base import Cycle

FORMAT = 1
_FORMS = TypeAdapter(dict[str, Form])


def keep_forms(cycle: Cycle, connection: Connection) -> None:
    """Keep the forms of the pack as those of the workbooks that go out now."""
    forms = cycle.pack.forms
    content = {"format": FORMAT, "forms": _FORMS.dump_python(forms, mode="json")}
    put_form_set(
        connection,
        cycle.year,
        form_version(forms.values()),
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode(),
    )


def pack_for(cycle: Cycle, submission: Submission) -> Pack | None:
    """The year's pack with the forms a workbook was issued with.

    Returns:
        The pack itself where it still has them or the file is no workbook of ours; ``None``
        where no workbook with such forms went out.
    """
    version = submission.form_version
    if not submission.kind or version == form_version(cycle.pack.forms.values()):
        return cycle.pack
    with cycle.store.read() as connection:
        content = form_set(connection, cycle.year, version)
    return _with_forms(cycle.pack, content) if content is not None else None


def judged_by(cycle: Cycle, submission: Submission) -> Pack:
    """The pack a filing is scored, checked and shown by: with the forms it was filled in."""
    return pack_for(cycle, submission) or cycle.pack


@lru_cache(maxsize=8)
def _with_forms(pack: Pack, content: bytes) -> Pack:
    return replace(pack, forms=_FORMS.validate_json(json.dumps(json.loads(content)["forms"])))
