"""Rules that officials write in the pack's ``rules.yaml``, beside those of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from string import Formatter

from jixiao.model.findings import Place
from jixiao.model.forms import CellType, Form, Scope
from jixiao.model.submission import Cell, FormData
from jixiao.policy.model import RulesPolicy, WrittenRule
from jixiao.rules.support.base import Draft, Facts, Rule, number, plain
from jixiao.rules.support.cells import row_ids, share, title_of, total_place
from jixiao.rules.support.expression import ExpressionError, Use, Values, compile_expression
from jixiao.rules.support.fields import wrong_field
from jixiao.rules.support.projects import siblings

OPERATORS = {"==": "等于", "<=": "不大于", ">=": "不小于", "<": "小于", ">": "大于"}
PLACEHOLDERS = ("left", "right", "difference", "project")
SHOWN = 4  # decimals of a worked out figure in a message

Mistake = tuple[tuple[str | int, ...], str]
Copies = Mapping[str, FormData]


def written_rules(policy: RulesPolicy) -> list[Rule]:
    """The pack's own rules that are switched on, in the order they are written."""
    return [as_rule(written) for written in policy.written if written.enabled]


@lru_cache(maxsize=256)
def as_rule(written: WrittenRule) -> Rule:
    """A written rule as one of the catalogue's kind."""

    def check(facts: Facts) -> Iterator[Draft]:
        for copies in _copies(facts, written):
            yield from _hold(facts, written, copies)

    check.__doc__ = (
        f"为什么：{written.why or written.title}\n"
        f"举例：{written.left} 应{OPERATORS[written.operator]} {written.right}\n"
        f"怎么改：{written.remedy}"
    )
    return Rule(written.code, written.title, written.severity, check, {}, since=0)


def mistakes(policy: RulesPolicy, forms: Mapping[str, Form]) -> Iterator[Mistake]:
    """Everything wrong with the written rules: path of keys in ``rules.yaml``, and what."""
    for index, written in enumerate(policy.written):
        path = ("written", index)
        named = 0
        for key in ("left", "right"):
            try:
                uses = compile_expression(getattr(written, key)).uses
            except ExpressionError as error:
                yield (*path, key), str(error)
                named += 1
                continue
            named += len(uses)
            for use in uses:
                wrong = wrong_field(use, forms)
                if wrong is not None:
                    yield (*path, key), wrong
        if not named:
            yield (*path, "left"), "两边都没有字段，这条规则什么也不检查"
        yield from (((*path, "message"), text) for text in _wrong_message(written.message))


def _wrong_message(message: str) -> Iterator[str]:
    try:
        names = [
            f"{name}{f'!{how}' if how else ''}{f':{spec}' if spec else ''}"
            for _, name, spec, how in Formatter().parse(message)
            if name is not None
        ]
    except ValueError:
        yield "花括号没有配对"
        return
    for name in names:
        if name not in PLACEHOLDERS:
            known = "、".join(f"{{{each}}}" for each in PLACEHOLDERS)
            yield f"“{{{name}}}”不能用，可用的是 {known}"


def _uses(written: WrittenRule) -> list[Use]:
    sides = (compile_expression(written.left), compile_expression(written.right))
    return list(dict.fromkeys(use for side in sides for use in side.uses))


def _copies(facts: Facts, written: WrittenRule) -> Iterator[Copies]:
    """The form copies one run of the rule looks at: once a filing, or once a project."""
    department: dict[str, FormData] = {}
    project_forms: list[str] = []
    for use in _uses(written):
        if facts.forms[use.form].scope is Scope.PROJECT:
            if use.how != "all" and use.form not in project_forms:
                project_forms.append(use.form)
            continue
        data = facts.submission.one(use.form)
        if data is None:
            return  # a form that was not handed in: C01
        department[use.form] = data
    if not project_forms:
        yield department
        return
    for data in facts.submission.of(project_forms[0]):
        about = {each.form: each for each in reversed(siblings(facts, data))} | {data.form: data}
        if all(form in about for form in project_forms):
            yield department | {form: about[form] for form in project_forms}


def _hold(facts: Facts, written: WrittenRule, copies: Copies) -> Iterator[Draft]:
    """One comparison; nothing where a figure is unreadable (A12) or cannot be worked out."""
    read = [_read(facts, use, copies) for use in _uses(written)]
    if any(broken for _, _, broken in read):
        return
    places = tuple(dict.fromkeys(place for _, found, _ in read for place in found))
    blank = [found for figures, found, _ in read if figures is None]
    if blank and written.missing == "skip":
        return
    if blank and written.missing == "error":
        where = tuple(place for found in blank for place in found)
        yield _blank(facts, written, copies, where or places)
        return
    figures = {
        use: figures if figures is not None else (Decimal(0) if use.how == "one" else ())
        for use, (figures, _, _) in zip(_uses(written), read, strict=True)
    }
    try:
        left = compile_expression(written.left).value(figures)
        right = compile_expression(written.right).value(figures)
    except ArithmeticError:
        return  # divided by zero: there is no such rate to hold against anything
    if not _holds(left, written.operator, right, written.tolerance):
        yield _draft(facts, written, copies, places, left, right)


def _holds(left: Decimal, operator: str, right: Decimal, tolerance: Decimal) -> bool:
    apart = left - right
    return {
        "==": abs(apart) <= tolerance,
        "<=": apart <= tolerance,
        ">=": apart >= -tolerance,
        "<": apart < tolerance,
        ">": apart > -tolerance,
    }[operator]


Read = tuple[Values | None, list[Place], bool]


def _read(facts: Facts, use: Use, copies: Copies) -> Read:
    """Figures (``None`` where nothing stands), their places, and whether one is unreadable."""
    stands = facts.submission.of(use.form) if use.how == "all" else [copies[use.form]]
    found, places, broken = [], [], False
    for data in stands:
        for cell, percent, place in _cells(facts, data, use):
            places.append(place)
            if cell.blank:
                continue
            value = _figure(cell, percent)
            if value is None:
                broken = True
            else:
                found.append(value)
    if not found:
        return None, places, broken
    return (found[0] if use.how == "one" else tuple(found)), places, broken


def _cells(facts: Facts, data: FormData, use: Use) -> Iterator[tuple[Cell, bool, Place]]:
    """The cells a field means in one copy, with their places."""
    form = facts.forms[use.form]
    if form.indicators is not None and form.indicators.id == use.section:
        cell = data.total_weight if use.column == "weight" else data.total_score
        yield cell, False, total_place(facts, data, use.column)
        return
    section = form.table(use.section)
    percent = section.column(use.column).type is CellType.PERCENT
    for row in row_ids(data, section, section.row(use.row)):
        cell = data.get(f"{section.id}.{row}.{use.column}")
        yield cell, percent, facts.table_place(data, section, row, use.column)


def _figure(cell: Cell, percent: bool) -> Decimal | None:
    if not percent:
        return number(cell)
    read = share(cell)
    return read[0] if read is not None else None


def _about(facts: Facts, copies: Copies) -> FormData | None:
    """The project's copy a finding is about, ``None`` for one about the department."""
    return next((data for data in copies.values() if data.project is not None), None)


def _blank(facts: Facts, written: WrittenRule, copies: Copies, where: tuple[Place, ...]) -> Draft:
    names = "、".join(place.text.removesuffix(" （空白）") for place in where)
    data = _about(facts, copies)
    whose = title_of(facts, data) if data is not None else ""
    return Draft(
        message=f"{whose}“{written.title}”无法核对：{names or '有关的格'}没有填写。",
        where=where,
        found="（空白）",
        expected="有数可核对",
        remedy=written.remedy.rstrip("。") + "。",
    )


def _draft(
    facts: Facts,
    written: WrittenRule,
    copies: Copies,
    places: tuple[Place, ...],
    left: Decimal,
    right: Decimal,
) -> Draft:
    data = _about(facts, copies)
    shown = {
        "left": plain(round(left, SHOWN)),
        "right": plain(round(right, SHOWN)),
        "difference": plain(round(left - right, SHOWN)),
        "project": (data.project or "") if data is not None else "",
    }
    words = OPERATORS[written.operator]
    message = written.message
    for name, text in shown.items():  # no str.format: a width could be as large as one likes
        message = message.replace(f"{{{name}}}", text)
    if not message:
        whose = title_of(facts, data) if data is not None else ""
        message = f"{whose}“{written.title}”不符：现为 {shown['left']}，应{words} {shown['right']}"
    return Draft(
        message=message.rstrip("。") + "。",
        where=places,
        found=shown["left"],
        expected=f"{words} {shown['right']}",
        difference=shown["difference"],
        remedy=written.remedy.rstrip("。") + "。",
    )
