"""The demonstration's filings: complete, true to the report, and sound where they claim to be."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.demo.sample import load_filing
from jixiao.model.forms import Form
from jixiao.model.submission import Cell, FormData, Submission
from jixiao.model.targets import from_submission
from jixiao.policy.model import Roster
from jixiao.policy.yamlfile import load_model

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "demo"
ROSTER = HERE.parents[1] / "config" / "2023" / "departments.yaml"
FILINGS = sorted(path.stem for path in (DEMO / "filings").glob("*.yaml"))
TARGETS = sorted(path.stem for path in (DEMO / "targets").glob("*.yaml"))
SOUND = ["jiangyong-2", "pinghu-1", "songxi-2", "xinghe-1", "yunling-1"]
FACTS: dict[str, list[list[str]]] = yaml.load(
    (HERE / "jiangyong_facts.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)
CENT = Decimal("0.01")


@pytest.fixture(scope="session")
def filed(forms: dict[str, Form]) -> dict[str, Submission]:
    return {name: load_filing(DEMO / "filings" / f"{name}.yaml", forms) for name in FILINGS}


@pytest.fixture(scope="session")
def roster() -> Roster:
    return load_model(ROSTER, Roster)


# --- true to the report ---


def test_enough_facts() -> None:
    assert len(FACTS["cells"]) + len(FACTS["passages"]) >= 150


def sheet(submission: Submission, name: str) -> FormData:
    return next(form for form in submission.forms if form.sheet == name)


def cell_at(form: FormData, address: str) -> Cell:
    if address.startswith("indicators["):
        number, column = address.removeprefix("indicators[").split("].")
        found: Any = getattr(form.indicators[int(number) - 1], column)
        assert isinstance(found, Cell)
        return found
    if address in {"total.weight", "total.score"}:
        return form.total_weight if address == "total.weight" else form.total_score
    return form.cells[address] if address in form.cells else form.labels[address]


def test_cells_are_as_the_report_prints_them(filed: dict[str, Submission]) -> None:
    filing = filed["jiangyong-1"]
    wrong = [
        (name, address, text, cell_at(sheet(filing, name), address).text)
        for name, address, text in FACTS["cells"]
        if cell_at(sheet(filing, name), address).text != text
    ]
    assert wrong == []


@pytest.mark.parametrize(("name", "section", "text"), FACTS["passages"])
def test_figures_stand_in_their_section(
    filed: dict[str, Submission], name: str, section: str, text: str
) -> None:
    paragraphs = sheet(filed["jiangyong-1"], name).paragraphs
    assert any(p.section == section and text in p.text for p in paragraphs)


def test_the_reports_defects_stay(filed: dict[str, Submission]) -> None:
    first = filed["jiangyong-1"]
    main = sheet(first, "自评报告")
    assert empty_sections(main) == ["problems", "improvements", "disclosure"]
    pasted = [p.text for p in sheet(first, "附件7-1").paragraphs if p.section == "organisation"][1]
    for name in ("附件7-2", "附件7-3", "附件7-4"):
        assert pasted in [p.text for p in sheet(first, name).paragraphs]
    for form in first.of("附件3"):
        assert form.get("execution.fiscal.score").text == "5"
    assert first.one("附件8").get("register.register.public").blank  # type: ignore[union-attr]
    assert {f.project for f in first.of("附件7")} - {f.project for f in first.of("附件3")} == {
        "事业发展专项",
        "业务工作经费",
        "商务经营专项经费",
        "招商引资专项",
    }


# --- soundness ---


def number(cell: Cell) -> Decimal:
    return Decimal(0) if cell.blank else Decimal(cell.text.rstrip("%"))


def table_faults(form: Form, data: FormData) -> Iterator[str]:
    """Parents that are not the sum of their children, selections above their parent."""
    for table in form.tables():
        for row in table.rows:
            for column in table.columns if row.sum_of or row.selection else ():
                if column.id in {"weight", "score", "rate"} and table.role == "execution":
                    continue
                if column.id in {"numerator", "denominator"} or table.id == "identity":
                    continue
                parent = data.get(f"{table.id}.{row.id}.{column.id}")
                parts = Decimal(0)
                for child in row.sum_of or row.selection:
                    ids = [id for id, _ in data.repeated(table.id, child)] or [child]
                    parts += sum(
                        (number(data.get(f"{table.id}.{id}.{column.id}")) for id in ids), Decimal(0)
                    )
                if row.sum_of and parts != number(parent):
                    yield f"{data.sheet} {row.id}.{column.id} {parts} ≠ {parent.text}"
                if row.selection and parts > number(parent):
                    yield f"{data.sheet} {row.id}.{column.id} {parts} > {parent.text}"


def rate_faults(form: Form, data: FormData) -> Iterator[str]:
    """Printed rates that are not their quotient, execution points that are not the rate's."""
    for table in form.tables():
        for row in table.rows:
            for column in table.columns:
                printed = data.get(f"{table.id}.{row.id}.{column.id}")
                if column.formula is None or printed.blank:
                    continue
                above, below = (
                    number(data.get(f"{table.id}.{row.id}.{id}"))
                    for id in column.formula.split(" / ")
                )
                rate = above / below
                if (rate * 100).quantize(CENT, ROUND_HALF_UP) != number(printed):
                    yield f"{data.sheet} {row.id}.{column.id} {rate} ≠ {printed.text}"
                if table.role == "execution" and row.id == "total":
                    weight = number(data.get("execution.total.weight"))
                    score = number(data.get("execution.total.score"))
                    if (weight * min(rate, Decimal(1))).quantize(CENT, ROUND_HALF_UP) != score:
                        yield f"{data.sheet} execution score {score}"


def points_faults(data: FormData) -> Iterator[str]:
    """Scores above the weight, blanks with points, groups and totals that do not add up."""
    weight = number(data.get("execution.total.weight"))
    score = number(data.get("execution.total.score"))
    for row in data.indicators:
        weight += number(row.weight)
        score += number(row.score)
        if number(row.score) > number(row.weight):
            yield f"{data.sheet} {row.name.text} {row.score.text} > {row.weight.text}"
        if (row.target.blank or row.actual.blank) and number(row.score) > 0:
            yield f"{data.sheet} {row.name.text} blank with {row.score.text}"
    for group in data.groups:
        inside = sum(number(r.weight) for r in data.indicators if r.level1 == group.level1)
        if str(inside) != group.points:
            yield f"{data.sheet} {group.level1} {inside} ≠ {group.points}"
    if data.indicators and (weight, score) != (Decimal(100), number(data.total_score)):
        yield f"{data.sheet} total {weight}/{score} ≠ 100/{data.total_score.text}"


def rubric_faults(form: Form, data: FormData) -> Iterator[str]:
    table = form.role("rubric")
    for row in table.rows if table else ():
        if number(data.get(f"rubric.{row.id}.score")) > Decimal(row.weight or 0):
            yield f"{data.sheet} {row.id} above {row.weight}"


def faults(submission: Submission, forms: dict[str, Form]) -> list[str]:
    found: list[str] = []
    for data in submission.forms:
        form = forms[data.form]
        found += table_faults(form, data)
        found += rate_faults(form, data)
        found += points_faults(data)
        found += rubric_faults(form, data)
    return found


def empty_sections(data: FormData) -> list[str]:
    """Top headings with nothing under them, neither text nor a heading of a lower level."""
    empty = []
    for this, after in zip(data.paragraphs, [*data.paragraphs[1:], None], strict=True):
        if this.heading and this.level == 1 and (after is None or after.level == 1):
            empty.append(this.heading)
    return empty


@pytest.mark.parametrize("name", SOUND)
def test_sound_filings_have_no_fault(
    filed: dict[str, Submission], forms: dict[str, Form], name: str
) -> None:
    assert faults(filed[name], forms) == []


def test_first_filing_of_songxi_has_its_three_errors(
    filed: dict[str, Submission], forms: dict[str, Form]
) -> None:
    assert faults(filed["songxi-1"], forms) == [
        "附件1 three_public.final 3.09 ≠ 3.90",
        "附件3-1 项目支出 5.50 > 5",
        "附件3-2 更换灯具盏数 blank with 10",
    ]


def test_first_filing_of_jiangyong_has_its_errors(
    filed: dict[str, Submission], forms: dict[str, Form]
) -> None:
    assert faults(filed["jiangyong-1"], forms) == [
        "附件1 projects.last_final 1286.48 ≠ ",
        "附件3-1 total 95/94.48 ≠ 100/99.48",
        "附件3-2 完成年限 blank with 10",
        "附件3-2 total 95/95 ≠ 100/100",
        "附件3-3 total 95/94.48 ≠ 100/99.48",
        "附件3-4 total 95/95 ≠ 100/100",
    ]


@pytest.mark.parametrize("name", SOUND)
def test_sound_filings_are_complete(
    filed: dict[str, Submission], forms: dict[str, Form], roster: Roster, name: str
) -> None:
    filing = filed[name]
    department = next(d for d in roster.departments if d.code == filing.unit_code)
    projects = [project.name for project in department.projects]
    for id in ("附件3", "附件4", "附件7"):
        assert [data.project for data in filing.of(id)] == projects
    for id in ("自评报告", "附件7"):
        narrative = forms[id].narrative
        assert narrative is not None
        required = [heading.id for heading in narrative.walk() if heading.required]
        for data in filing.of(id):
            headings = [p.heading for p in data.paragraphs if p.heading]
            assert [h for h in required if h not in headings] == []
            assert empty_sections(data) == []
            texts = [p.text for p in data.paragraphs if p.level == 0]
            assert len(texts) == len(set(texts))
    register = filing.one("附件8")
    assert register is not None
    assert register.get("register.register.unit_code").text == filing.unit_code
    assert register.get("register.register.public").text == "是"


@pytest.mark.parametrize("name", SOUND)
def test_no_mid_year_wording(filed: dict[str, Submission], name: str) -> None:
    words = ("今年以来", "截至目前", "截至当前", "目前", "今年来", "预计")
    found = [
        p.text
        for form in filed[name].forms
        for p in form.paragraphs
        if any(word in p.text for word in words)
    ]
    assert found == []


def test_no_text_twice_between_projects_and_departments(filed: dict[str, Submission]) -> None:
    seen: dict[str, str] = {}
    for name in SOUND:
        for form in filed[name].forms:
            for paragraph in form.paragraphs:
                if paragraph.level == 0:
                    place = f"{name} {form.sheet} {paragraph.cell}"
                    assert paragraph.text not in seen, (seen[paragraph.text], place)
                    seen[paragraph.text] = place


# --- targets ---


@pytest.mark.parametrize("name", TARGETS)
def test_targets_add_up(forms: dict[str, Form], roster: Roster, name: str) -> None:
    filing = load_filing(DEMO / "targets" / f"{name}.yaml", forms)
    department = next(d for d in roster.departments if d.code == filing.unit_code)
    targets = from_submission(filing, 2023, filing.unit_code)
    assert [t.project for t in targets.forms] == [None, *(p.name for p in department.projects)]
    for form in targets.forms:
        weights = [Decimal(form.execution_weight), *(Decimal(row.weight) for row in form.rows)]
        assert sum(weights) == 100
        assert form.goal
        assert all(row.target for row in form.rows)


@pytest.mark.parametrize("name", SOUND)
def test_sound_filings_keep_the_approved_targets(
    filed: dict[str, Submission], forms: dict[str, Form], name: str
) -> None:
    filing = filed[name]
    approved = load_filing(DEMO / "targets" / f"{name.split('-')[0]}.yaml", forms)
    code = filing.unit_code
    assert from_submission(filing, 2023, code).hash == from_submission(approved, 2023, code).hash


def test_first_filing_of_jiangyong_prints_the_approved_target_values(
    filed: dict[str, Submission], forms: dict[str, Form]
) -> None:
    approved = from_submission(load_filing(DEMO / "targets" / "jiangyong.yaml", forms), 2023, "")
    for form in from_submission(filed["jiangyong-1"], 2023, "").forms:
        other = approved.of(form.form, form.project)
        assert other is not None
        values = {row.name: row.target for row in other.rows}
        printed = {row.name: row.target for row in form.rows if row.target}
        assert {name: values[name] for name in printed} == printed


# --- roster ---

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_unit_codes_have_a_right_check_digit(roster: Roster) -> None:
    """GB 32100-2015: weights 3^i mod 31, the check digit makes the sum a multiple of 31."""
    assert len(roster.departments) == 6
    for department in roster.departments:
        assert len(department.code) == 18
        values = [ALPHABET.index(character) for character in department.code]
        total = sum(v * pow(3, i, 31) for i, v in enumerate(values[:17]))
        assert (total + values[17]) % 31 == 0


def test_contacts_are_masked(roster: Roster, filed: dict[str, Submission]) -> None:
    for department in roster.departments:
        assert department.contact.endswith("**")
        assert "****" in department.phone
        assert department.channels == ("departments",)
    for filing in filed.values():
        register = filing.one("附件8")
        assert register is not None
        assert register.get("register.register.contact").text.endswith("**")
        assert "****" in register.get("register.register.phone").text


def test_filings_name_a_department_of_the_roster(
    filed: dict[str, Submission], roster: Roster
) -> None:
    known = {(d.code, d.name) for d in roster.departments}
    assert {(f.unit_code, f.unit_name) for f in filed.values()} < known
    subordinate = [d for d in roster.departments if d.competent]
    assert [d.name for d in subordinate] == ["示例县星河图书馆"]
