"""A county made up for measuring: departments, approved targets and filled filings, from a seed.

The clean filings of the demonstration are the moulds. Every made department gets a name and a
code of its own and one to eight projects; its money is that of the mould, multiplied project by
project, so that every sum, ratio and score is right again. Then known mistakes are put in at
known rates. The same seed always makes the same county.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from msgspec.structs import replace

from jixiao.demo.sample import load_filing
from jixiao.installation.paths import demo_dir
from jixiao.model.submission import NOTHING, Cell, FormData, IndicatorRow, Submission
from jixiao.model.targets import TargetSet, from_submission
from jixiao.policy import Department, Pack, Project, Roster

MOULDS = ("songxi-2", "yunling-1", "pinghu-1", "xinghe-1")
PLACES = ("城东", "城西", "城南", "城北", "河东", "河西", "山前", "山后")  # parts of a county
FIRST = "云松平星青江永金石白清龙凤东西南北高长大小新安和明光春秋玉竹"
SECOND = "湖岭溪河山川田原坪桥塘泉林港湾沙洲坡屯村场口门关台城阳阴水木"
TOWNS = tuple(x + a + b for x in ("", "上", "下") for a in FIRST for b in SECOND)
MOST = len(TOWNS) * len(MOULDS)
MONEY = re.compile(r"(\d+(?:\.\d+)?)(?=万元)")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
COLUMNS = ("last_final", "budget", "final")
CENT = Decimal("0.01")

Tell = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Defect:
    """A mistake people make, how often, and the rule that is there for it."""

    id: str
    rule: str
    rate: float
    make: Callable[[Submission], None]


@dataclass(frozen=True, slots=True)
class Member:
    """One department of the county.

    Attributes:
        targets: what was approved; a defect may lie in the filing, never in them.
        filing: what it hands in.
        defects: ids of the :data:`DEFECTS` put into the filing.
    """

    department: Department
    targets: TargetSet
    filing: Submission
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class County:
    members: tuple[Member, ...]

    @property
    def roster(self) -> Roster:
        return Roster(departments=tuple(m.department for m in self.members))


def make_county(pack: Pack, departments: int, seed: int = 1) -> County:
    """A county of ``departments`` under a pack that has the forms of the demonstration.

    Raises:
        ValueError: there are not names enough for so many.
    """
    return County(tuple(departments_of(pack, departments, seed)))


def departments_of(pack: Pack, departments: int, seed: int = 1) -> Iterator[Member]:
    """The departments of such a county one after the other.

    Raises:
        ValueError: there are not names enough for so many.
    """
    if not 1 <= departments <= MOST:
        raise ValueError(f"from 1 to {MOST} departments, not {departments}")
    dice = random.Random(seed)
    moulds = [load_filing(demo_dir() / "filings" / f"{m}.yaml", pack.forms) for m in MOULDS]
    towns = dice.sample(TOWNS, len(TOWNS))
    for n in range(departments):
        yield _member(pack, dice, moulds[n % len(moulds)], towns[n // len(moulds)], n)


def unit_code(number: int) -> str:
    """A code of 18 characters of a made-up institution, its two check characters right.

    Source: GB 11714-1997 for the ninth character of the body's own code, GB 32100-2015 for the
    last of all.
    """
    body = f"MC{number:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    own = (11 - sum(int(c, 36) * w for c, w in zip(body, weights, strict=True)) % 11) % 11
    code = f"12431199{body}{'X' if own == 10 else own}"
    total = sum(ALPHABET.index(c) * 3**i for i, c in enumerate(code))
    return code + ALPHABET[(31 - total % 31) % 31]


def _member(pack: Pack, dice: random.Random, mould: Submission, town: str, number: int) -> Member:
    code = unit_code(number)
    name = f"示例县{town}{re.sub('^示例县..', '', mould.unit_name)}"
    clean = _varied(dice, mould, name, code)
    targets = from_submission(clean, pack.year, code)
    department = Department(
        code=code,
        name=name,
        contact="张**",
        phone="138****0000",
        channels=("departments",),
        projects=tuple(
            Project(name=data.project or "", supervisor=name, implementer=name)
            for data in clean.of("附件3")
        ),
    )
    chosen = tuple(d for d in DEFECTS if dice.random() < d.rate)
    for defect in chosen:
        defect.make(clean)
    return Member(department, targets, clean, tuple(d.id for d in chosen))


@dataclass(frozen=True, slots=True)
class _Part:
    """One project of a made department: which of the mould's, where it is, how many times as dear."""

    index: int
    old: str
    place: str
    times: int

    @property
    def name(self) -> str:
        return self.place + self.old


def _varied(dice: random.Random, mould: Submission, name: str, code: str) -> Submission:
    """The mould as a filing of another department, with projects and money of its own."""
    names = [data.project or "" for data in mould.of("附件3")]
    parts = [
        _Part(n % len(names), names[n % len(names)], place, dice.randint(1, 9))
        for n, place in enumerate(dice.sample(PLACES, dice.randint(1, len(PLACES))))
    ]
    made = deepcopy(mould)
    basic = dice.randint(1, 5)
    made.forms = list(_forms(made, parts))
    _spending(made.of("附件1")[0], parts, basic)
    _execution(made, basic)
    _list_projects(made, parts)
    supervisor = mould.of("附件3")[0].get("identity.supervisor.value").text
    for data in made.forms:
        if data.project is not None:
            _each(data, _instead(supervisor, name))
        _each(data, _instead(mould.unit_name, name))
        _each(data, _instead(mould.unit_code, code))
    made.unit_name, made.unit_code = name, code
    return made


def _forms(mould: Submission, parts: list[_Part]) -> Iterator[FormData]:
    """The mould's forms with a copy of each project form for every project."""
    for form in dict.fromkeys(data.form for data in mould.forms):
        copies = mould.of(form)
        if copies[0].project is None:
            yield copies[0]
            continue
        for number, part in enumerate(parts, 1):
            data = deepcopy(copies[part.index])
            data.project, data.sheet = part.name, f"{form}-{number}"
            _each(data, _instead(part.old, part.name))
            _each(data, _dearer_text(part.times))
            for n, p in enumerate(data.paragraphs):
                if p.heading is None:
                    data.paragraphs[n] = replace(p, text=f"{part.place}的情况：{p.text}")
            for address, cell in data.cells.items():
                if address.startswith(("execution.", "rubric.funds_", "rubric.saving")):
                    column = address.rpartition(".")[2]
                    if column in ("initial", "annual", "executed", "numerator", "denominator"):
                        data.cells[address] = _dearer(cell, part.times)
            yield data


def _spending(data: FormData, parts: list[_Part], basic: int) -> None:
    """Form 1: a row for every project, their sums, everything else times the same."""
    rows = [{c: data.get(f"spending.project[{p.index + 1}].{c}") for c in COLUMNS} for p in parts]
    label = next(iter(data.labels.values()))
    for address in [a for a in data.cells if a.startswith("spending.project[")]:
        del data.cells[address]
    data.labels = {}
    sums = dict.fromkeys(COLUMNS, Decimal(0))
    for number, (part, row) in enumerate(zip(parts, rows, strict=True), 1):
        data.labels[f"spending.project[{number}]"] = replace(label, text=part.name)
        for column, cell in row.items():
            dearer = _dearer(cell, part.times)
            data.cells[f"spending.project[{number}].{column}"] = dearer
            sums[column] += Decimal(dearer.text)
    for address, cell in data.cells.items():
        _, row_id, column = address.split(".")
        if row_id in ("projects", "special"):
            data.cells[address] = replace(cell, text=f"{sums[column]:.2f}")
        elif address.startswith("spending.") and "[" not in row_id:
            data.cells[address] = _dearer(cell, basic)


def _execution(made: Submission, times: int) -> None:
    """Form 2 and the report: what follows from form 1; what is in no form is times the rest."""
    spending, data = made.of("附件1")[0], made.of("附件2")[0]
    old = {a: data.get(a).text for a in data.cells}
    budget, final, basic, spent = (
        Decimal(spending.get(f"spending.{row}.{column}").text)
        for row in ("projects", "basic_adjustment")
        for column in ("budget", "final")
    )
    rate = (final + spent) / (budget + basic)
    score = (rate * Decimal(old["execution.total.weight"])).quantize(CENT, ROUND_HALF_UP)
    new = {
        "execution.total.initial": f"{budget + basic:.2f}",
        "execution.total.annual": f"{budget + basic:.2f}",
        "execution.total.executed": f"{final + spent:.2f}",
        "execution.total.rate": f"{(rate * 100).quantize(CENT, ROUND_HALF_UP)}%",
        "execution.total.score": str(score),
        "income.general.amount": f"{final + spent:.2f}",
        "nature.basic.amount": f"{spent:.2f}",
        "nature.projects.amount": f"{final:.2f}",
    }
    for address, text in new.items():
        data.cells[address] = replace(data.cells[address], text=text)
    total = Decimal(data.total_score.text) - Decimal(old["execution.total.score"]) + score
    data.total_score = replace(data.total_score, text=f"{total:.2f}")
    at = next(n for n, row in enumerate(data.indicators) if row.level2 == "成本指标")
    cost = data.indicators[at]
    figures = {old[address]: text for address, text in new.items()}
    figures[cost.target.text.removeprefix("不超过").removesuffix("万元")] = f"{budget:.2f}"
    left = Decimal(old["execution.total.annual"]) - Decimal(old["execution.total.executed"])
    figures[str(left)] = f"{budget + basic - final - spent:.2f}"

    def tell(text: str) -> str:
        text = MONEY.sub(lambda m: figures.get(m[1]) or _amount(m[1], times), text)
        return text.replace(old["execution.total.rate"], new["execution.total.rate"])

    data.indicators[at] = _row(cost, tell)
    report = made.of("自评报告")[0]
    report.paragraphs = [replace(p, text=tell(p.text)) for p in report.paragraphs]


def _list_projects(made: Submission, parts: list[_Part]) -> None:
    """The paragraph that lists the projects, made anew."""
    spending, data = made.of("附件1")[0], made.of("自评报告")[0]
    listed = "，".join(
        f"{p.name}{spending.get(f'spending.project[{n}].final').text}万元"
        for n, p in enumerate(parts, 1)
    )
    sum_ = spending.get("spending.projects.final").text
    heading = ""
    for index, p in enumerate(data.paragraphs):
        heading = p.text if p.heading is not None else heading
        if p.heading is None and heading.endswith("项目支出情况"):
            text = f"项目支出共{sum_}万元：{listed}。"
            data.paragraphs[index] = replace(p, text=text)


def _each(data: FormData, tell: Tell) -> None:
    """Say everything a filled form says anew."""
    data.title = tell(data.title)
    data.cells = {a: _text(c, tell(c.text)) for a, c in data.cells.items()}
    data.labels = {a: _text(c, tell(c.text)) for a, c in data.labels.items()}
    data.indicators = [_row(row, tell) for row in data.indicators]
    data.paragraphs = [replace(p, text=tell(p.text)) for p in data.paragraphs]


def _row(row: IndicatorRow, tell: Tell) -> IndicatorRow:
    target, actual = (_text(c, tell(c.text)) for c in (row.target, row.actual))
    return replace(row, target=target, actual=actual)


def _text(cell: Cell, text: str) -> Cell:
    return replace(cell, text=text)


def _instead(old: str, new: str) -> Tell:
    return lambda text: text.replace(old, new)


def _dearer_text(times: int) -> Tell:
    return lambda text: MONEY.sub(lambda m: _amount(m[1], times), text)


def _dearer(cell: Cell, times: int) -> Cell:
    return cell if cell.blank else replace(cell, text=_amount(cell.text, times))


def _amount(text: str, times: int) -> str:
    return str(Decimal(text) * times)  # keeps the decimals it was written with


def _wrong_sum(filing: Submission) -> None:
    """The total of 三公经费 is one more than its parts."""
    data = filing.of("附件1")[0]
    cell = data.get("spending.three_public.final")
    data.cells["spending.three_public.final"] = replace(cell, text=str(Decimal(cell.text) + 1))


def _wrong_rate(filing: Submission) -> None:
    """The execution rate of a project is two points too high."""
    data = filing.of("附件3")[0]
    cell = data.get("execution.total.rate")
    rate = Decimal(cell.text.removesuffix("%")) + 2
    data.cells["execution.total.rate"] = replace(cell, text=f"{rate}%")


def _over_weight(filing: Submission) -> None:
    """An indicator's score is above its weight."""
    rows = filing.of("附件3")[-1].indicators
    rows[0] = replace(rows[0], score=_text(rows[0].score, str(Decimal(rows[0].weight.text) + 1)))


def _blank_actual(filing: Submission) -> None:
    """What was achieved is left blank, yet scored."""
    rows = filing.of("附件3")[-1].indicators
    rows[1] = replace(rows[1], actual=NOTHING)


def _moved_target(filing: Submission) -> None:
    """A target is not what was approved."""
    rows = filing.of("附件3")[0].indicators
    text = re.sub(r"\d+", lambda m: str(int(m[0]) - 1), rows[0].target.text, count=1)
    rows[0] = replace(rows[0], target=_text(rows[0].target, text))


def _empty_section(filing: Submission) -> None:
    """A heading of the report has nothing under it."""
    filing.of("自评报告")[0].paragraphs.pop()


#: Rates are shares of the departments; each is drawn on its own.
DEFECTS = (
    Defect("wrong_sum", "A01", 0.10, _wrong_sum),
    Defect("wrong_rate", "A04", 0.06, _wrong_rate),
    Defect("over_weight", "A09", 0.05, _over_weight),
    Defect("blank_actual", "B01", 0.05, _blank_actual),
    Defect("moved_target", "B12", 0.04, _moved_target),
    Defect("empty_section", "D01", 0.05, _empty_section),
)
