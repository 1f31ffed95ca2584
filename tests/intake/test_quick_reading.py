"""Reading with patterns gives what reading as a tree gives, whoever saved the file and however.

The same for finding a form in a sheet: what is remembered of one sheet holds for another that
looks like it, whatever is filled in.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jixiao.errors import RefusedFile
from jixiao.intake import read_file, sheets
from jixiao.intake.grid import Grid
from jixiao.intake.guard import inspect
from jixiao.intake.locate import _layout, _look, locate
from jixiao.intake.located import Layout
from jixiao.intake.quick import outline, shared_strings
from jixiao.intake.shape import shapes
from jixiao.intake.sheets import read_xlsx
from jixiao.intake.text import split_points
from jixiao.policy import Pack
from jixiao.sample import load_filing
from jixiao.submission import to_json
from jixiao.workbooks import issue_workbook, target_template

DEMO = Path(__file__).resolve().parents[2] / "config/demo/filings"
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WRITTEN = yaml.safe_load((Path(__file__).parent / "written.yaml").read_text(encoding="utf-8"))
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
Parts = dict[str, bytes | str]
WithPart = Callable[[bytes, Parts], bytes]
Book = Callable[[dict[str, list[list[object]]]], bytes]
_STRINGS = f'<sst xmlns="{NS}"><si><t>串</t></si><si><t>  </t></si><si><t>二</t></si></sst>'
LENIENT = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _read(data: bytes) -> object:
    """Every sheet as it was read, or the name of the refusal."""
    try:
        package = inspect(data, "x").package
        assert package is not None
        return [
            (s.name, s.state, s.grid.texts, s.grid.merges, s.grid.problems, s.grid.pending)
            for s in read_xlsx(package)
        ]
    except RefusedFile as refused:
        return refused.code


@pytest.fixture
def as_tree(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], object]:
    """Like :func:`_read`, everything read as a tree."""

    def read(data: bytes) -> object:
        with monkeypatch.context() as patched:
            patched.setattr("jixiao.intake.guard.outline", lambda data: None)
            patched.setattr(sheets, "shared_strings", lambda data: None)
            return _read(data)

    return read


def _usual(data: bytes) -> tuple[int, int]:
    """How many sheets are written the usual way, of how many."""
    package = inspect(data, "x").package
    assert package is not None
    found = [o for part, o in package.outlines.items() if "/worksheets/" in part]
    return sum(o is not None for o in found), len(found)


@pytest.fixture(scope="module")
def filled(pack: Pack) -> bytes:
    filing = load_filing(DEMO / "songxi-2.yaml", pack.forms)
    department = pack.department(filing.unit_code)
    assert department is not None
    return issue_workbook(pack, department, None, filled=filing)


@pytest.mark.parametrize("name", sorted(p.stem for p in DEMO.glob("*.yaml")))
def test_issued_workbooks(name: str, pack: Pack, as_tree: Callable[[bytes], object]) -> None:
    filing = load_filing(DEMO / f"{name}.yaml", pack.forms)
    department = pack.department(filing.unit_code)
    assert department is not None
    for data in (
        issue_workbook(pack, department, None),
        issue_workbook(pack, department, None, filled=filing),
        target_template(pack, department),
    ):
        usual, all_ = _usual(data)
        assert usual == all_
        assert _read(data) == as_tree(data)


def test_saved_by_openpyxl(book: Book, as_tree: Callable[[bytes], object]) -> None:
    rows: list[list[object]] = [
        ["部门整体支出绩效自评表", None, "a & b < c", " 空 格 ", "_x000D_", "两\n行"],
        [1, 0.1 + 0.2, True, "=1+1", "#REF!", 1e300, -0.0],
        [],
        ["末", None, '=IF(1,"<","")'],
    ]
    data = book({"附件2": rows, "空": []})
    assert _usual(data) == (2, 2)
    assert _read(data) == as_tree(data)


@pytest.mark.office
def test_saved_by_libreoffice(
    filled: bytes, need: Callable[[str], str], tmp_path: Path, as_tree: Callable[[bytes], object]
) -> None:
    """Its own order of attributes, cached results and strings with runs."""
    source = tmp_path / "file.xlsx"
    source.write_bytes(filled)
    subprocess.run(
        [need("soffice"), "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
         "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(source)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    data = (tmp_path / "out" / "file.xlsx").read_bytes()
    package = inspect(data, "x").package
    assert package is not None
    usual, all_ = _usual(data)
    assert usual == all_
    assert shared_strings(package.read("xl/sharedStrings.xml")) is not None
    assert b"<r>" in package.read("xl/sharedStrings.xml")
    assert _read(data) == as_tree(data)


def _sheet(body: str) -> str:
    return f'<worksheet xmlns="{NS}">{body}</worksheet>'


@pytest.mark.parametrize("name", WRITTEN["sheets"])
def test_however_a_sheet_is_written(
    name: str,
    book: Book,
    with_part: WithPart,
    with_strings: Callable[[bytes, str], bytes],
    as_tree: Callable[[bytes], object],
) -> None:
    case = WRITTEN["sheets"][name]
    part = case["part"].replace("{main}", NS).replace("{strict}", STRICT)
    data = with_part(
        with_strings(book({"附件2": []}), _STRINGS), {"xl/worksheets/sheet1.xml": part}
    )
    if name != "a style that is none":  # told only when the cell is read
        assert (outline(part.encode()) is not None) == case["usual"]
    assert _read(data) == as_tree(data)


def test_utf_8_with_its_mark(
    book: Book, with_part: WithPart, as_tree: Callable[[bytes], object]
) -> None:
    part = (
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>'
        + _sheet('<sheetData><row r="1"><c r="A1" t="str"><v>甲</v></c></row></sheetData>').encode()
    )
    data = with_part(book({"附件2": []}), {"xl/worksheets/sheet1.xml": part})
    assert outline(part) is not None
    assert _read(data) == as_tree(data)
    assert "甲" in str(_read(data))


@pytest.mark.parametrize("name", WRITTEN["strings"])
def test_however_strings_are_written(
    name: str,
    book: Book,
    with_part: WithPart,
    with_strings: Callable[[bytes, str], bytes],
    as_tree: Callable[[bytes], object],
) -> None:
    case = WRITTEN["strings"][name]
    part = f'<?xml version="1.0"?>\n<sst xmlns="{NS}" count="3">{case["part"]}</sst>'
    cells = "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABC"))
    sheet = _sheet(f'<sheetData><row r="1">{cells}</row></sheetData>')
    data = with_part(with_strings(book({"附件2": []}), part), {"xl/worksheets/sheet1.xml": sheet})
    assert (shared_strings(part.encode()) is not None) == case["usual"]
    assert _read(data) == as_tree(data)
    assert "甲" in str(_read(data))


TEXTS = st.text(alphabet="甲乙年度表12.%<>&\"'_x0041 \n/", max_size=8)
ATTRIBUTES = st.sampled_from(
    ["", ' s="1"', ' t="s"', ' t="str"', ' s="0" t="inlineStr"', ' t="e"', ' t="b"', ' t="n"',
     ' s="99" t="d"', ' x="/"', ' x=">"', ' s="-1"', ' s="x"']
)  # fmt: skip


@st.composite
def cells(draw: st.DrawFn, reference: str) -> str:
    inside = draw(
        st.sampled_from(
            ["", "v", "v", "v", "is", "f", "fv", "f/", "v/", "rich", "comment", "number"]
        )
    )
    text = escape(draw(TEXTS))
    body = {
        "": "",
        "v": f"<v>{text}</v>",
        "is": f"<is><t>{text}</t></is>",
        "f": f"<f>{text}</f>",
        "fv": f'<f t="array" ref="A1">{text}</f><v>{text}</v>',
        "f/": '<f t="shared" si="0"/><v>2</v>',
        "v/": "<v/>",
        "rich": f"<is><r><t>{text}</t></r></is>",
        "comment": f"<!-- x --><v>{text}</v>",
        "number": f"<v>{draw(st.integers(0, 4) | st.floats())}</v>",
    }[inside]
    written = draw(ATTRIBUTES)
    if not body and draw(st.booleans()):
        return f'<c r="{reference}"{written}/>'
    return f'<c r="{reference}"{written}>{body}</c>'


@st.composite
def sheet_parts(draw: st.DrawFn) -> str:
    rows = []
    for number in draw(st.lists(st.integers(1, 30), max_size=4)):
        columns = draw(st.lists(st.sampled_from(["A", "B", "C", "AA", "ZZ", "AAA"]), max_size=4))
        inside = "".join(draw(cells(f"{c}{number}")) for c in columns)
        height = draw(st.sampled_from(["", ' ht="9"']))
        rows.append(f'<row r="{number}"{height}>{inside}</row>')
    gap = draw(st.sampled_from(["", "", "", "\n"]))
    areas = draw(
        st.lists(st.sampled_from(["A1:B2", "C3:C3", "A5", "B9:A1", "A1:ZZ9000"]), max_size=2)
    )
    merged = "".join(f'<mergeCell ref="{a}"/>' for a in areas)
    after = f'<mergeCells count="1">{merged}</mergeCells>' if merged else ""
    return _sheet(f"<sheetData>{gap.join(rows)}</sheetData>{after}")


@LENIENT
@given(part=sheet_parts())
def test_any_sheet(
    part: str,
    book: Book,
    with_part: WithPart,
    with_strings: Callable[[bytes, str], bytes],
    as_tree: Callable[[bytes], object],
) -> None:
    plain = with_strings(book({"附件2": []}), _STRINGS)
    data = with_part(plain, {"xl/worksheets/sheet1.xml": part})
    assert _read(data) == as_tree(data)


LABELS = [
    "三级指标", "分值", "得分", "年度指标值", "实际完成值", "总分", "一级指标", "二级指标",
    "经费控制情况", "2023年决算数", "2022年决算数", "2023年预算数", "3、专项资金", "三公经费",
    "按收入性质分:1", "其中：基本支出：5", "预期目标", "年度总体目标", "单位名称", "单位名称：某局",
    "产出指标（70分）", "数量指标", "政府采购金额", "4、其他资金", "备注",
]  # fmt: skip
VALUES = ["5", "某局的话", "产值61亿元以上", "备用一行", "甲：乙", "/", "90%"]
# Known only without brackets, without numbering or without what stands behind a colon.
DRESSED = [
    "分值（分）", "得分(满分100分)", "其中：专项资金", "（3）其他资金（4分）", "2、三公经费：", "单位名称：",
    "按收入性质分", "其中:项目支出:7", "合 计", "“三公”经费",
]  # fmt: skip
ANY = st.sampled_from([*LABELS, *DRESSED, *VALUES])
SQUARES = st.lists(st.lists(st.none() | ANY, max_size=6), max_size=12)


def _grid(rows: list[list[str | None]], merged: bool) -> Grid:
    texts = {(r, c): t for r, row in enumerate(rows) for c, t in enumerate(row) if t}
    return Grid("x", texts, {(1, 0): (2, 0), (3, 1): (3, 2)} if merged else {})


def _places(layout: Layout) -> object:
    return {name: getattr(layout, name) for name in layout.__slots__ if name != "_places"}


SPENDING: list[list[str | None]] = [
    ["单位名称", "某局", None, None],
    ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
    ["三公经费", "1", "2", "3"],
    ["项目支出：", None, "4", None],
    ["1、业务工作经费", None, None, None],
    ["3、专项资金", "1", None, "2"],
    ["备用一行", "5", "5", "5"],
    ["4、其他资金", None, None, "1"],
    ["政府采购金额", None, "2", "2"],
]
SCORES: list[list[str | None]] = [
    ["预算部门名称", "某局", None, None, None, None, None],
    ["按收入性质分:1322.22", None, None, "按支出性质分:1322.22", None, None, None],
    ["其中: 一般公共预算:1322.22", None, None, "其中:基本支出:550.90", None, None, None],
    ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
    ["产出指标（70分）", "数量指标", "企业数", "5", "5", "5", "5"],
    [None, None, "家数", "5", "5", "5", "5"],
    ["总分", None, None, None, None, "100", "100"],
]


@pytest.mark.parametrize(("form", "rows"), [("附件1", SPENDING), ("附件2", SCORES)])
def test_sheets_that_look_alike_have_the_same_layout(
    form: str, rows: list[list[str | None]], pack: Pack
) -> None:
    """Every cell of a form is given every text in turn."""
    shape = shapes(pack.forms, 2023).forms[form]
    for r, row in enumerate(rows):
        for c in range(len(row)):
            seen: dict[object, object] = {}
            for text in (*LABELS, *DRESSED, *VALUES):
                grid = _grid(rows, False)
                grid.texts[r, c] = text
                grid.texts = dict(sorted(grid.texts.items()))
                look = _look(shape, grid, 0, grid.height)
                layout = _places(_layout(shape, grid, 0, grid.height))
                assert seen.setdefault(look, layout) == layout, (r, c, text)


@LENIENT
@given(rows=SQUARES, merged=st.booleans(), old=ANY, new=ANY)
def test_what_is_remembered_of_a_sheet_holds_for_one_that_looks_like_it(
    rows: list[list[str | None]], merged: bool, old: str, new: str, pack: Pack
) -> None:
    first = _grid(rows, merged)
    second = _grid([[new if t == old else t for t in row] for row in rows], merged)
    for shape in shapes(pack.forms, 2023).forms.values():
        if shape.form.narrative is None:
            locate(shape, first, 0, first.height)
            found = locate(shape, second, 0, second.height)
            fresh = _layout(shape, second, 0, second.height)
            assert _places(found.layout) == _places(fresh)
            texts = [split_points(second.texts[pos]) for pos in fresh.groups]
            assert [(group.level1, group.points) for group in found.groups] == texts


def test_a_second_department_is_not_given_the_words_of_the_first(pack: Pack) -> None:
    """Two workbooks alike but for what is filled in, read one after the other and each alone."""
    names = sorted(DEMO.glob("*.yaml"))
    files = []
    for path in names:
        filing = load_filing(path, pack.forms)
        department = pack.department(filing.unit_code)
        assert department is not None
        files.append(issue_workbook(pack, department, None, filled=filing))
    together = [to_json(read_file(data, "x", pack.forms)) for data in files]
    alone = []
    for data in files:
        for shape in shapes(pack.forms, 2023).forms.values():
            shape.layouts.clear()
            shape.words.clear()
        alone.append(to_json(read_file(data, "x", pack.forms)))
    assert together == alone
