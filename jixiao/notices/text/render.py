"""Notices in plain words, from the templates under ``templates/notices/``.

The first line of a template is the title, the rest the body. ``<kind>.md.j2`` is used for
Markdown where it exists, else ``<kind>.txt.j2``. Each template names at its head what it needs.

What departments wrote is data: whatever a template prints is stripped of control characters,
kept on one line, cut, and made harmless as markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined

from jixiao.errors import JixiaoError
from jixiao.installation.paths import template_dir
from jixiao.model.findings import Finding
from jixiao.notices.model import Kind
from jixiao.policy.schedule import chinese_date, deadline_phrase

Format = Literal["text", "markdown"]

TITLE_LENGTH = 60  # characters
BODY_LENGTH = 5000
VALUE_LENGTH = 200
BRIEF_LENGTH = 300

_CUT = "\n……（内容过长，其余略）"
_MARKUP = re.compile(r"([\\`*_\[\]~|#])")
_BRACKETS = str.maketrans({"<": "＜", ">": "＞"})


class Ready(str):
    """Text that a filter has already made safe."""

    __slots__ = ()


def render(kind: Kind | str, context: Mapping[str, object], format: Format) -> tuple[str, str]:
    """Title (one line, up to 60 characters) and body (up to 5,000) of a notice.

    Args:
        kind: one of :class:`Kind`.
        context: what the template's head names.
        format: ``text`` or ``markdown``; the channel says which.

    Raises:
        JixiaoError: there is no such kind of notice.
        jinja2.UndefinedError: the context lacks something the template needs.
    """
    if kind not in list(Kind):
        raise JixiaoError(f"没有名为“{clean(str(kind))}”的通知。")
    environment = _environment(format)
    names = [f"{kind}.txt.j2"]
    if format == "markdown":
        names.insert(0, f"{kind}.md.j2")
    template = environment.select_template(names)
    title, _, body = template.render(dict(context)).strip().partition("\n")
    if format == "markdown" and str(template.name).endswith(".txt.j2"):
        # In Markdown a single line break is none.
        body = body.replace("\n", "\n\n")
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    return _title(title), _bounded(body)


def brief(kind: Kind | str, context: Mapping[str, object]) -> str:
    """The one line that stands for a notice where one message says several.

    Args:
        kind: one of :class:`Kind`.
        context: what the notice itself is made from, with ``window`` and ``day``.

    Returns:
        Plain text; ``""`` for a kind that always goes out alone.
    """
    template = _environment("text").get_template("_briefs.j2")
    return clean(template.render(kind=str(kind), **context), BRIEF_LENGTH)


def clean(text: str, length: int = VALUE_LENGTH) -> str:
    """One line of at most ``length`` characters without control, format or private characters.

    Format characters include the marks that turn the direction of writing around, with which
    a text could show something else than it says.
    """
    kept = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in text[: length * 4]  # a text of megabytes is not looked at in full
        if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
    )
    line = " ".join("".join(kept).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _title(line: str) -> str:
    # Titles are shown as they are, also where the body is Markdown.
    plain = re.sub(r"\\([\\`*_\[\]~|#])", r"\1", line)
    return clean(plain.lstrip("# "), TITLE_LENGTH)


def _bounded(body: str) -> str:
    if len(body) <= BODY_LENGTH:
        return body
    return body[: BODY_LENGTH - len(_CUT)].rpartition("\n")[0].rstrip() + _CUT


def _shown(value: object, format: Format) -> object:
    """What ``{{ value }}`` prints."""
    if isinstance(value, Undefined | Ready):
        return value
    if isinstance(value, date):
        return chinese_date(value)
    return _safe(clean(str(value)), format)


def _safe(line: str, format: Format) -> Ready:
    """Harmless in this format: chat services read ``<at …>`` as a call even in plain text."""
    line = line.translate(_BRACKETS)
    return Ready(_MARKUP.sub(r"\\\1", line) if format == "markdown" else line)


@cache
def _environment(format: Format) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(template_dir() / "notices"),
        undefined=StrictUndefined,
        finalize=lambda value: _shown(value, format),
        autoescape=False,  # noqa: S701 - chat text, no HTML; ``finalize`` does the escaping
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )

    def code(value: object) -> Ready:
        """A file's place: in Markdown as code, so that it can be copied as it stands."""
        line = clean(str(value), 300)
        return Ready(f"`{line.replace('`', '')}`") if format == "markdown" else _safe(line, format)

    def address(value: object) -> Ready:
        """A web address as it stands; anything else is plain text."""
        line = clean(str(value), 500)
        known = re.fullmatch(r"https?://[^\s<>\"'`\\\[\](){}|^]+", line)
        return Ready(line) if known else _safe(line, format)

    def where(finding: Finding) -> str:
        """The first places of a finding: ``附件3-1 H12、附件2 G8``."""
        places = (f"{p.sheet or p.form} {p.cell}".strip() for p in finding.where[:3])
        return "、".join(dict.fromkeys(p for p in places if p)) or "全套材料"

    environment.filters.update(
        code=code,
        address=address,
        where=where,
        deadline=deadline_phrase,
        short=lambda text, length: clean(str(text), length),
    )
    return environment
