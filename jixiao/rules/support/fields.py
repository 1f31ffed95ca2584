"""The fields a written rule may name: every figure of the year's forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from jixiao.model.forms import CellType, Form, Scope
from jixiao.rules.support.expression import Use

TOTALS = ("weight", "score")  # of an indicator form's printed total row


def fields(forms: Mapping[str, Form]) -> Iterator[tuple[Use, str]]:
    """Every figure field with what it is called on the form: ``三公经费·{year}年决算数``."""
    for form in forms.values():
        for section in form.tables():
            for row in section.rows:
                for column in section.columns:
                    figure = column.type in (CellType.NUMBER, CellType.PERCENT)
                    if figure and column.id not in row.blocked:
                        name = "·".join(t for t in (row.title, column.title) if t)
                        yield Use(form.id, section.id, row.id, column.id), name
        indicators = form.indicators
        if indicators is not None:
            for column_id in TOTALS:
                title = {"weight": "分值", "score": "得分"}[column_id]
                use = Use(form.id, indicators.id, "total", column_id)
                yield use, f"{indicators.total_title}·{title}"


def wrong_field(use: Use, forms: Mapping[str, Form]) -> str | None:
    """What is wrong with a field's name or use, with the near miss; ``None`` if nothing is."""
    known = {each.name: title for each, title in fields(forms)}
    if use.name not in known:
        return f"没有字段“{use.name}”{_near(use, known)}"
    form = forms[use.form]
    if use.how == "one" and _repeats(form, use):
        return f"“{use.name}”是可以增加的行，有许多个数，请写 sum({use.name})、min 或 max"
    if use.how == "all" and form.scope is not Scope.PROJECT:
        return f"“{use.name}”不在项目表里，total 只合计各项目，请改用 sum"
    return None


def _repeats(form: Form, use: Use) -> bool:
    section = next((s for s in form.tables() if s.id == use.section), None)
    return section is not None and section.row(use.row).repeat


def _near(use: Use, known: Mapping[str, str]) -> str:
    """The nearest field, of the same form where there is one of that name."""
    same = [name for name in known if name.startswith(f"{use.form}.")] or list(known)
    found = process.extractOne(use.name, same, scorer=ratio, score_cutoff=50)
    if found is None:
        return "，全部字段见 jixiao rules --fields"
    title = known[found[0]].replace("{year}年", "本年").replace("{last_year}年", "上年")
    return f"，最接近的是 {found[0]}（{title}）"
