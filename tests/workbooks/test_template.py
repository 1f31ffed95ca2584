"""Workbooks filled into templates are those of the plain writer, cell by cell and part by part."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs
from openpyxl import load_workbook

from benchmarks.county import County, Member, make_county
from jixiao.intake import read_file
from jixiao.model.submission import Cell, Submission
from jixiao.model.targets import FormTargets, TargetRow, TargetSet
from jixiao.policy import Department, Pack
from jixiao.policy.model import Project
from jixiao.workbooks import issue, issue_workbook, target_template
from jixiao.workbooks.template import TEMPLATES, UnfitError, making
from jixiao.workbooks.template.package import Tab, workbook
from tests.workbooks.alike import differences

Make = Callable[[], bytes]
Content = Callable[[Submission], dict[tuple[str, str | None], dict[str, Any]]]
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+86",
    "-见附件",
    "@SUM(A1)",
    "=1+1",
    "<&>\"'",
    "<r>&</r>",
    "<r><t>x</t></r>",
    "]]>",
    "\x01\x1f控制",
    "\x0b前",
    "_x0041_",
    "_x005F_",
    "１２３",
    "１２.５％",
    "1,000",
    "007",
    "1e5",
    "+5",
    "-5",
    "-0",
    "0.10",
    "12.50",
    "97.3%",
    "-3%",
    "123456789012345678",
    "∞",
    " 前后空格 ",
    "\t制表",
    "换\n行\n",
    "回\r车",
    "\u3000全角空格",
    "无",
    "——",
    "#REF!",
    "TRUE",
    "𠮷😀",
    "7300000010",
    "\ue00000001\ue001",
    "73000000",
    "很长" * 4000,
    "'引号",
    "\ufffe",
    "0",
    "100",
)


def plain(make: Make) -> bytes:
    """The same as the plain writer makes it."""
    with patch.object(issue, "filled_book", side_effect=UnfitError):
        return make()


def thrice(make: Make) -> tuple[bytes, bytes, bytes]:
    """Without a template, when the template is made, and from the template."""
    return make(), make(), make()


def same_as_plain(make: Make) -> None:
    first, second, third = thrice(make)
    assert first == second == third
    assert differences(third, plain(make)) == []


@pytest.fixture(autouse=True)
def _no_templates() -> Iterator[None]:
    TEMPLATES.clear()
    yield
    TEMPLATES.clear()


@pytest.fixture(scope="module")
def county(pack: Pack) -> County:
    return make_county(pack, 8, seed=11)


@pytest.mark.parametrize("prior", [False, True], ids=["no last year", "last year"])
@pytest.mark.parametrize("approved", [False, True], ids=["open", "approved"])
def test_a_county_is_issued_as_the_plain_writer_issues_it(
    pack: Pack, county: County, prior: bool, approved: bool
) -> None:
    def make(member: Member) -> bytes:
        return issue_workbook(
            pack,
            member.department,
            member.targets if approved else None,
            prior=member.filing if prior else None,
        )

    cold = [make(member) for member in county.members]
    warm = [make(member) for member in county.members]
    assert warm == cold == [make(member) for member in county.members]
    assert len(TEMPLATES) > 5
    for member, data in zip(county.members, warm, strict=True):
        assert differences(data, plain(lambda m=member: make(m))) == []  # type: ignore[misc]


def test_the_demonstration_is_issued_as_the_plain_writer_issues_it(
    pack: Pack, any_filing: Submission
) -> None:
    department = pack.department(any_filing.unit_code)
    assert department is not None
    same_as_plain(lambda: issue_workbook(pack, department, None, prior=any_filing))
    same_as_plain(lambda: target_template(pack, department))


@pytest.mark.parametrize("count", range(9))
def test_any_number_of_projects(pack: Pack, department: Department, count: int) -> None:
    projects = tuple(Project(name=f"项目{n}") for n in range(count))
    known = replace(department, projects=projects)
    make = lambda: issue_workbook(pack, known, None, spare_projects=count % 3)  # noqa: E731
    same_as_plain(make)


def told(department: Department, text: str) -> Department:
    """A department in which everything a roster says is this text."""
    project = Project(name=text, supervisor=text, implementer="")
    return replace(department, name=text, code=text, projects=(project,))


def meant(targets: TargetSet, project: str, text: str) -> TargetSet:
    """Targets in which everything is this text, for the department and one project."""
    forms = []
    for form in targets.forms[:2]:
        rows = tuple(replace(r, name=text, target=text, weight=text) for r in form.rows)
        name = None if form.project is None else project
        forms.append(replace(form, project=name, goal=text, execution_weight=text, rows=rows))
    return replace(targets, forms=tuple(forms))


def filed(filing: Submission, text: str) -> Submission:
    """A filing of last year whose figures are all this text."""
    forms = []
    for data in filing.forms:
        cells = {a: Cell(text) for a in data.cells}
        labels = {a: Cell(text) for a in data.labels}
        forms.append(structs.replace(data, cells=cells, labels=labels))
    return structs.replace(filing, forms=forms)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_everywhere(
    pack: Pack, department: Department, targets: TargetSet, filing: Submission, text: str
) -> None:
    known, wanted, last = told(department, text), meant(targets, text, text), filed(filing, text)
    make = lambda: issue_workbook(pack, known, wanted, prior=last, spare_projects=0)  # noqa: E731
    same_as_plain(make)


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.decimals(-999, 9999, places=2).map(str),
    st.integers(-5, 1000).map(str),
    st.decimals(0, 100, places=1).map(lambda d: f"{d}%"),
    st.sampled_from(["", "  ", "/", "无", *HOSTILE[:30]]),
)
FIGURES = st.one_of(
    st.integers(0, 40).map(str),
    st.decimals(0, 40, places=2).map(str),
    st.decimals(0, 40, places=4).map(str),
    st.sampled_from(["", "无", "5%", "１０", "十"]),
)
ROWS = st.lists(
    st.builds(
        TargetRow,
        level1=st.sampled_from(["产出指标", "效益指标", "满意度指标", "别的指标"]),
        level2=st.sampled_from(["数量指标", "质量指标", "社会效益指标", ""]),
        name=TEXTS,
        target=TEXTS,
        weight=FIGURES,
    ),
    min_size=1,
    max_size=5,
).map(tuple)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    name=TEXTS,
    project=TEXTS,
    supervisor=TEXTS,
    goal=TEXTS,
    weight=FIGURES,
    rows=ROWS,
    finals=st.lists(FIGURES, min_size=6, max_size=6),
    labels=TEXTS,
)
def test_any_texts_and_figures(
    pack: Pack,
    department: Department,
    filing: Submission,
    name: str,
    project: str,
    supervisor: str,
    goal: str,
    weight: str,
    rows: tuple[TargetRow, ...],
    finals: list[str],
    labels: str,
) -> None:
    known = replace(department, name=name, projects=(Project(name=project, supervisor=supervisor),))
    wanted = TargetSet(
        2023,
        known.code,
        (
            FormTargets("附件2", None, goal, weight, rows),
            FormTargets("附件3", project, goal, weight, rows),
        ),
    )
    data = filing.of("附件1")[0]
    cells = {a: Cell(finals[n % 6]) for n, a in enumerate(data.cells)}
    last = structs.replace(
        filing,
        forms=[structs.replace(data, cells=cells, labels={a: Cell(labels) for a in data.labels})],
    )
    make = lambda: issue_workbook(pack, known, wanted, prior=last, spare_projects=0)  # noqa: E731
    same_as_plain(make)


def test_openpyxl_sees_no_difference(
    pack: Pack, department: Department, targets: TargetSet, filing: Submission
) -> None:
    make = lambda: issue_workbook(pack, department, targets, prior=filing)  # noqa: E731
    for results in (False, True):
        books = [
            load_workbook(io.BytesIO(d), data_only=results) for d in (thrice(make)[2], plain(make))
        ]
        assert books[0].sheetnames == books[1].sheetnames
        assert books[0].properties == books[1].properties
        for ours, theirs in zip(*books, strict=True):
            assert _sheet(ours) == _sheet(theirs)
            for row, other in zip(ours.iter_rows(), theirs.iter_rows(), strict=True):
                for cell, twin in zip(row, other, strict=True):
                    assert _seen(cell) == _seen(twin)


def _sheet(sheet: Any) -> dict[str, Any]:
    return {
        "state": sheet.sheet_state,
        "merged": sorted(map(str, sheet.merged_cells.ranges)),
        "heights": {n: d.height for n, d in sheet.row_dimensions.items()},
        "widths": {n: d.width for n, d in sheet.column_dimensions.items()},
        "rules": [r.__dict__ for r in sheet.data_validations.dataValidation],
        "frozen": sheet.freeze_panes,
        "protected": repr(sheet.protection),
        "printed": (sheet.print_area, sheet.print_title_rows, repr(sheet.page_setup)),
        "margins": repr(sheet.page_margins),
        "footer": sheet.oddFooter.center.text,
        "view": [v.showGridLines for v in sheet.views.sheetView],
    }


def _seen(cell: Any) -> tuple[Any, ...]:
    link = cell.hyperlink
    return (
        cell.coordinate,
        cell.value,
        cell.data_type,
        cell.number_format,
        repr(cell.font),
        repr(cell.fill),
        repr(cell.border),
        repr(cell.alignment),
        repr(cell.protection),
        cell.quotePrefix,
        link and (link.ref, link.location, link.target),
    )


def test_our_reader_reads_the_same(
    pack: Pack, department: Department, targets: TargetSet, filing: Submission
) -> None:
    make = lambda: issue_workbook(pack, department, targets, prior=filing)  # noqa: E731
    ours, theirs = (read_file(d, "x", pack.forms) for d in (thrice(make)[2], plain(make)))
    assert ours == theirs
    assert ours.target_hash == targets.hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'ht="21"', b'ht="22"'),
        (b"<v>10</v>", b"<v>11</v>"),
        (b"COUNTA(", b"COUNTB("),
        (b'ref="A1:H1"', b'ref="A1:H2"'),
        (b'formatRows="0"', b'formatRows="1"'),
        (b'ySplit="2"', b'ySplit="3"'),
        (b'paperSize="9"', b'paperSize="8"'),
        (b"FFFFF9E3", b"FFFFF9E4"),
        (b'locked="0"', b'locked="1"'),
        (b'wrapText="1"', b'wrapText="0"'),
        (b"$A$1:$H$", b"$A$2:$H$"),
        (b'state="veryHidden"', b'state="hidden"'),
        (b'allowBlank="1"', b'allowBlank="0"'),
        (b'location="', b'location="x'),
        ("绩效自评工作簿".encode(), "绩效自评工作本".encode()),
    ],
)
def test_a_difference_is_seen(
    pack: Pack, department: Department, targets: TargetSet, old: bytes, new: bytes
) -> None:
    """The comparison itself: one thing changed in any part is found."""
    data = plain(lambda: issue_workbook(pack, department, targets))
    out = io.BytesIO()
    left = 1
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if left and old in content:
                content, left = content.replace(old, new, 1), 0
            target.writestr(name, content)
    assert left == 0
    assert differences(data, data) == []
    assert differences(data, out.getvalue()) != []


def test_threads_get_what_one_gets(pack: Pack, county: County) -> None:
    def make(member: Member) -> bytes:
        return issue_workbook(pack, member.department, member.targets)

    expected = [make(member) for member in county.members]
    TEMPLATES.clear()
    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            assert list(threads.map(make, county.members)) == expected


def test_only_so_many_templates_are_kept(pack: Pack, county: County) -> None:
    with patch.object(TEMPLATES, "_most", 5):
        for member in county.members[:3]:
            make = lambda m=member: issue_workbook(pack, m.department, m.targets)  # noqa: E731
            same_as_plain(make)
            assert len(TEMPLATES) == 5


def test_what_cannot_be_explained_is_written_plainly(
    pack: Pack, department: Department, targets: TargetSet
) -> None:
    """Without a single formula understood, the workbook is the same, only slower."""
    make = lambda: issue_workbook(pack, department, targets)  # noqa: E731
    expected = thrice(make)[2]
    TEMPLATES.clear()
    with patch.object(making, "work_out", side_effect=UnfitError):
        assert thrice(make) == (expected,) * 3


def test_a_style_that_is_not_shared_makes_the_whole_workbook_plain(
    pack: Pack, department: Department
) -> None:
    make = lambda: issue_workbook(pack, department, None)  # noqa: E731
    with patch("jixiao.workbooks.tables.AMOUNT", "0.0##"):
        assert thrice(make) == (plain(make),) * 3


@pytest.mark.parametrize("weights", [("50", "50"), ("50", "49.5"), ("50.003", "50"), ("９", "1")])
def test_results_follow_the_figures(
    pack: Pack, department: Department, weights: tuple[str, str]
) -> None:
    """One template, other figures: what hangs on them is worked out anew."""

    def make(pair: tuple[str, str]) -> bytes:
        rows = tuple(TargetRow("产出指标", "数量指标", "名", "值", w) for w in pair)
        wanted = TargetSet(2023, department.code, (FormTargets("附件2", None, "目标", "0", rows),))
        return issue_workbook(pack, department, wanted)

    for pair in (("1", "2"), ("3.25", "4"), weights):
        data = make(pair)
    assert differences(data, plain(lambda: make(weights))) == []
    sheet = load_workbook(io.BytesIO(data), data_only=True)["附件2"]
    figures = [w for w in weights if w.isascii()]
    row = next(c.row for r in sheet.iter_rows() for c in r if c.value == "总分")
    total = [c.value for c in sheet[row] if isinstance(c.value, int | float)]
    if len(figures) == 2:
        assert total == [pytest.approx(float(sum(map(Decimal, figures))))]


@pytest.mark.office
def test_libreoffice_opens_it_and_keeps_all(
    pack: Pack,
    department: Department,
    targets: TargetSet,
    filing: Submission,
    need: Callable[[str], str],
    tmp_path: Path,
) -> None:
    make = lambda: issue_workbook(pack, department, targets, prior=filing)  # noqa: E731
    texts = []
    for name, data in (("templ", thrice(make)[2]), ("plain", plain(make))):
        (tmp_path / f"{name}.xlsx").write_bytes(data)
        subprocess.run(
            [
                need("soffice"),
                "--headless",
                f"-env:UserInstallation={(tmp_path / 'p').as_uri()}",
                "--convert-to",
                "ods",
                "--outdir",
                str(tmp_path),
                str(tmp_path / f"{name}.xlsx"),
            ],
            check=True,
            capture_output=True,
            timeout=180,
        )
        texts.append(list(_opened(tmp_path / f"{name}.ods")))
    assert len(texts[1]) > 1000
    assert texts[0] == texts[1]


def _opened(path: Path) -> Iterator[tuple[object, ...]]:
    """Every cell LibreOffice has: text, formula, value, and what may be typed into it."""
    table = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    with zipfile.ZipFile(path) as package:
        root = etree.fromstring(package.read("content.xml"))
    # LibreOffice numbers these as its threads happen to come to them.
    rules = {
        rule.get(f"{table}name"): (rule.get(f"{table}condition"), "".join(rule.itertext()))
        for rule in root.iter(f"{table}content-validation")
    }
    for sheet in root.iter(f"{table}table"):
        for cell in sheet.iter(f"{table}table-cell"):
            yield (
                sheet.get(f"{table}name"),
                "".join(cell.itertext()),
                cell.get(f"{table}formula"),
                cell.get(f"{office}value"),
                rules.get(cell.get(f"{table}content-validation-name")),
                cell.get(f"{table}number-columns-spanned"),
            )


def test_the_package_names_every_sheet() -> None:
    """A name that needs quoting or escaping is quoted and escaped in every part."""
    tabs = (Tab("甲 & '乙'", "", "$A$1:$B$2", "$1:$1"), Tab("丙", "hidden", "", ""))
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<sheetData/></worksheet>"
    )
    pieces = [[(sheet.encode(), b"")]] * 2
    data = workbook(datetime(2024, 1, 1), "题", tabs, pieces, ["", ""])
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["甲 & '乙'", "丙"]
    assert book["甲 & '乙'"].print_title_rows == "$1:$1"
    assert book.properties.title == "题"
