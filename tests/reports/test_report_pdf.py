"""The PDF: an archive file with its fonts in it, looked at as pictures, safe whatever is filed."""

from __future__ import annotations

import re
import resource
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from jixiao.errors import JixiaoError
from jixiao.fonts.glyphs import covered
from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.reports.document import Document, Heading, Sheet, Table, TextLine, text_table
from jixiao.reports.html import Publication
from jixiao.reports.model import Chart, ReportView
from jixiao.reports.pdf import document_pdf
from jixiao.reports.report_document import report_document
from jixiao.reports.view import report_view

DAY = date(2024, 9, 2)
PLACE = Publication("http://site.example/2023/X/", 2, DAY, "公开站点", formats=("docx", "pdf"))
HOSTILE = (
    "#panic(1)",
    '$ x $ *b* _i_ `c` @ref <label> [#eval("1")]',
    '#read("/etc/passwd")',
    "</text></svg><script>",
    "{{7*7}}{% raw %}",
    "\\u{0} \\ / // /* */ \"'",
    "行一\n行二\t列",
)


def made(view: ReportView) -> Document:
    place = PLACE if view.public else None
    return report_document(view, place, content="ab" * 32, day=DAY)


def small(text: str, **more: object) -> Document:
    values = {
        "titles": (text,),
        "kicker": text,
        "author": text,
        "facts": ((text, text),),
        "results": (),
        "lead": text,
        "closing": (text,),
        "day": DAY,
        "sheets": (Sheet((Heading(1, text), TextLine(text, 0))),),
        **more,
    }
    return Document(**values)  # type: ignore[arg-type]


def test_it_is_tagged_pdf_a_2a_with_the_shipped_fonts_in_it(submission: Submission, view) -> None:
    data = document_pdf(made(view(submission)))
    assert data.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in data
    assert b"<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li>" in data
    fonts = set(re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([\w-]+)", data))
    assert {name.removesuffix(b"-Identity-H") for name in fonts} == {
        b"JixiaoSong-Regular",
        b"JixiaoHei-Regular",
    }


def test_what_reads_it_aloud_finds_headings_tables_and_pictures(
    submission: Submission, view, need: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "x.pdf"
    document = made(view(submission))
    file.write_bytes(document_pdf(document))
    program = Path(need("pdftoppm")).with_name("pdfinfo")
    done = subprocess.run([program, "-struct", str(file)], check=True, capture_output=True)
    kinds = Counter(re.findall(r"^ *(\w+)", done.stdout.decode(errors="replace"), re.MULTILINE))
    blocks = [block for sheet in document.sheets for block in sheet.blocks]
    tables = [block.grid for block in blocks if isinstance(block, Table)]
    assert kinds["Table"] == len(tables)
    assert (
        kinds["TH"] == done.stdout.count(b"/Scope /Column") == sum(len(t.columns) for t in tables)
    )
    assert kinds["TD"] == sum(len(row.cells) for table in tables for row in table.rows)
    assert kinds["H1"] == sum(isinstance(b, Heading) and b.level == 1 for b in blocks)
    assert kinds["TOC"]
    pictures = sum(isinstance(block, Chart) for block in blocks) + bool(document.address)
    assert kinds["Figure"] == pictures


def test_the_same_document_gives_the_same_bytes(submission: Submission, view) -> None:
    first = document_pdf(made(view(submission)))
    document_pdf(small("别的文件"))
    assert document_pdf(made(view(submission))) == first
    assert b"2024-09-02" in first


def test_what_a_reader_needs_is_in_it(
    submission: Submission, view, text_of: Callable[[bytes], str]
) -> None:
    text = re.sub(r"\s", "", text_of(document_pdf(made(view(submission)))))
    for wanted in (PLACE.address, "重算得分的由来", "附件4资金绩效评价表", "目录", "ab" * 32):
        assert wanted in text
    assert "审核发现" not in text
    inside = re.sub(r"\s", "", text_of(document_pdf(made(view(submission, public=False)))))
    assert "审核发现" in inside
    assert "内部资料，不得公开" in inside


def test_no_page_is_empty_and_nothing_runs_over_the_edge(
    submission: Submission, view, need: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(document_pdf(made(view(submission, public=False))))
    subprocess.run(
        [need("pdftoppm"), "-r", "30", "-gray", str(file), str(tmp_path / "p")],
        check=True,
        capture_output=True,
    )
    pages = sorted(tmp_path.glob("p*.pgm"))
    assert len(pages) > 30
    for page in pages:
        head, size, _, points = page.read_bytes().split(b"\n", 3)
        assert head == b"P5"
        width, height = map(int, size.split())
        dark = [n for n, point in enumerate(points) if point < 170]
        assert len(dark) > 60, page.name
        across = [n % width for n in dark]
        # The margins are 18 mm of 210 (297) wide.
        assert min(across) > width * 0.05, page.name
        assert max(across) < width * 0.95, page.name
        assert max(dark) // width < height * 0.97, page.name


LONG = "".join(chr(0x4E00 + n) for n in range(2000))


@pytest.mark.parametrize("landscape", [False, True])
def test_a_cell_higher_than_a_page_is_broken_and_printed_whole(
    landscape: bool, need: Callable[[str], str], tmp_path: Path
) -> None:
    """An explanation may be 2000 characters long, and a column a few wide."""
    drawn = "".join(c for c in LONG if c in covered())
    lines = "\n".join(drawn[n : n + 2] for n in range(0, 240, 2))
    rows = [["一", drawn[240:], lines, drawn[:29]], *[["二", "三", "四", "五"]] * 40]
    blocks = (text_table("表", "", ("甲", "乙", "丙", "丁"), rows),)
    file = tmp_path / "x.pdf"
    file.write_bytes(document_pdf(small("某局", sheets=(Sheet(blocks, landscape),))))
    program = Path(need("pdftoppm")).with_name("pdftotext")
    boxes = subprocess.run([program, "-bbox", str(file), "-"], check=True, capture_output=True)
    printed = html.document_fromstring(boxes.stdout.decode())
    assert set(drawn) <= set(printed.text_content())
    for page in printed.iter("page"):
        for word in page.iter("word"):
            assert float(word.get("ymin")) > 0
            assert float(word.get("ymax")) < float(page.get("height"))


def test_a_process_does_not_grow_with_every_report(need) -> None:
    """What typst remembers of ten reports like this one is some 180 MB."""
    need("/proc/self/statm")
    first, *others = (small(f"第{n}单位", sheets=tables(f"{n}")) for n in "零一二三四五六七八九十")
    document_pdf(first)
    before = resident()
    for document in others:
        document_pdf(document)
    assert resident() - before < 30


def tables(text: str) -> tuple[Sheet, ...]:
    rows = [[f"{text}{row}行{column}列" for column in range(8)] for row in range(150)]
    return (Sheet((text_table("表", "", list("甲乙丙丁戊己庚辛"), rows),)),)


def resident() -> float:
    """Memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str, text_of: Callable[[bytes], str]) -> None:
    printed = text_of(document_pdf(small(text)))
    letters = re.sub(r"\s", "", text)
    assert re.sub(r"\s", "", printed).count(letters) >= 4


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_filing_makes_a_report(
    pack: Pack,
    evaluated: Callable[[Submission], Evaluation],
    hostile: Callable[[str], Submission],
    text: str,
) -> None:
    shown = report_view(pack, evaluated(hostile(text)), department=None, public=False)
    assert document_pdf(made(shown)).startswith(b"%PDF")


def test_control_characters_are_left_out(text_of: Callable[[bytes], str]) -> None:
    assert "甲乙" in text_of(document_pdf(small("甲\x00\x0b\x1f\ufffe乙")))


def test_a_character_no_font_can_draw_is_refused_by_name() -> None:
    with pytest.raises(JixiaoError, match=r"“𠮷”（U\+20BB7）"):
        document_pdf(small("负责人𠮷某"))


def test_a_draft_says_so(text_of: Callable[[bytes], str]) -> None:
    assert "草稿" in text_of(document_pdf(small("汇总", mark="草稿")))
    assert "草稿" not in text_of(document_pdf(replace(small("汇总"), mark="")))
