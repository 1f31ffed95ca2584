"""The Word file: sound, in official layout, complete, and safe whatever a filing says."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from posixpath import join, normpath

import pytest
from lxml import etree

from jixiao.model.evaluation import Evaluation
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.reports.document import Document
from jixiao.reports.html import Publication
from jixiao.reports.model import ReportView
from jixiao.reports.report_document import report_document
from jixiao.reports.view import report_view
from jixiao.reports.word import document_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NS = {"w": W[1:-1]}
DAY = date(2024, 9, 2)
PLACE = Publication("http://site.example/2023/X/", 1, DAY, "公开站点", formats=("docx", "pdf"))
HOSTILE = (
    "</w:t></w:r><w:r><w:t>",
    "<script>alert(1)</script>&lt;&amp;",
    "{{7*7}}{% raw %}",
    "]]><!-- --><?xml?>",
    "a\"b'c",
    "行一\n行二\t列\r\n行三",
)


def made(view: ReportView) -> Document:
    place = PLACE if view.public else None
    return report_document(view, place, content="ab" * 32, day=DAY)


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def body(data: bytes) -> etree._Element:
    return etree.fromstring(parts(data)["word/document.xml"])


def words(tree: etree._Element) -> str:
    return "".join(tree.itertext(f"{W}t"))


@pytest.fixture(params=[True, False], ids=["public", "internal"])
def data(request: pytest.FixtureRequest, submission: Submission, view) -> bytes:
    return document_docx(made(view(submission, public=request.param)))


def test_every_part_is_sound_named_and_linked(data: bytes) -> None:
    found = parts(data)
    types = etree.fromstring(found["[Content_Types].xml"])
    named = {e.get("PartName") for e in types if e.get("PartName")}
    assert {name.lstrip("/") for name in named} <= set(found)
    for name, content in found.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(content)
            assert f"/{name}" in named or name.endswith(".rels") or name.startswith("[")
    ids = {}
    for e in etree.fromstring(found["word/_rels/document.xml.rels"]):
        ids[e.get("Id")] = normpath(join("word", e.get("Target")))
    assert set(ids.values()) <= set(found)
    used = {
        value
        for e in body(data).iter()
        for key, value in e.attrib.items()
        if key.startswith("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}")
    }
    assert used <= set(ids)


def test_the_layout_is_the_official_one(data: bytes) -> None:
    found = parts(data)
    styles = etree.fromstring(found["word/styles.xml"])

    def style(name: str, path: str) -> str | None:
        found = styles.xpath(f"w:style[@w:styleId='{name}']//{path}", namespaces=NS)
        return found[0] if found else None

    assert style("Title", "w:rFonts/@w:eastAsia") == "方正小标宋简体"
    assert style("Title", "w:sz/@w:val") == "44"  # 二号
    assert style("Heading2", "w:rFonts/@w:eastAsia") == "黑体"
    assert style("Heading3", "w:rFonts/@w:eastAsia") == "楷体_GB2312"
    line = styles.xpath("w:style[@w:styleId='Normal']//w:spacing", namespaces=NS)[0]
    assert (line.get(f"{W}line"), line.get(f"{W}lineRule")) == ("580", "exact")  # 29 磅
    default = styles.xpath("//w:docDefaults//w:rFonts/@w:eastAsia", namespaces=NS)
    assert default == ["仿宋_GB2312"]
    margins = body(data).xpath("//w:sectPr[w:pgSz[not(@w:orient)]]/w:pgMar", namespaces=NS)[0]
    millimetres = [
        round(int(margins.get(f"{W}{side}")) * 25.4 / 1440)
        for side in ("top", "bottom", "left", "right")
    ]
    assert millimetres == [37, 35, 28, 26]
    fonts = etree.fromstring(found["word/fontTable.xml"])
    assert all(f.find(f"{W}altName") is not None for f in fonts)
    assert b"\xe2\x80\x94 </w:t>" in found["word/footer1.xml"]  # — 1 —


def test_tables_are_whole_and_a_landscape_form_lies_in_a_section_of_its_own(data: bytes) -> None:
    tree = body(data)
    tables = tree.findall(f".//{W}tbl")
    assert len(tables) > 20
    for table in tables:
        grid = [int(c.get(f"{W}w")) for c in table.findall(f"{W}tblGrid/{W}gridCol")]
        for row in table.findall(f"{W}tr"):
            spans = row.xpath("w:tc", namespaces=NS)
            columns = sum(
                int((c.xpath("w:tcPr/w:gridSpan/@w:val", namespaces=NS) or ["1"])[0]) for c in spans
            )
            assert columns == len(grid)
            widths = [int(w) for w in row.xpath("w:tc/w:tcPr/w:tcW/@w:w", namespaces=NS)]
            assert sum(widths) == sum(grid)
            assert all(c.find(f"{W}p") is not None for c in spans)
    sizes = tree.xpath("//w:sectPr/w:pgSz/@w:orient", namespaces=NS)
    assert set(sizes) == {"landscape"}
    assert tree.xpath("//w:vMerge[@w:val='restart']", namespaces=NS)


def test_everything_the_department_wrote_is_in_it(submission: Submission, view) -> None:
    text = words(body(document_docx(made(view(submission, public=False)))))
    for form in submission.forms:
        for paragraph in form.paragraphs:
            assert "".join(paragraph.text.split("\n")) in text
        for row in form.indicators:
            assert row.name.text.replace("\n", "") in text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(
    pack: Pack,
    evaluated: Callable[[Submission], Evaluation],
    hostile: Callable[[str], Submission],
    text: str,
) -> None:
    shown = [
        report_view(pack, evaluated(hostile(t)), department=None, public=True)
        for t in (text, "平常")
    ]
    files = [document_docx(made(view)) for view in shown]
    assert parts(files[0]).keys() == parts(files[1]).keys()
    trees = [body(file) for file in files]
    for tag in ("p", "r", "tbl", "tc", "sectPr"):
        count = [len(tree.findall(f".//{W}{tag}")) for tree in trees]
        assert count[0] == count[1], tag
    assert text.split("\n")[0].split("\t")[0] in words(trees[0])
    for name, content in parts(files[0]).items():
        if name.endswith(".xml"):
            etree.fromstring(content)


def test_control_characters_are_left_out(submission: Submission, view) -> None:
    shown = view(submission)
    bad = replace(shown, unit_name="甲\x00\x0b\x1f\ufffe乙", title="甲\x00\x0b\x1f\ufffe乙报告")
    assert "甲乙" in words(body(document_docx(made(bad))))


def test_the_same_document_gives_the_same_bytes(submission: Submission, view) -> None:
    first, second = (document_docx(made(view(submission))) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {i.date_time for i in package.infolist()} == {(2024, 9, 2, 12, 0, 0)}


def test_a_draft_is_marked_on_every_page(submission: Submission, view) -> None:
    document = replace(made(view(submission)), mark="草稿")
    found = parts(document_docx(document))
    assert "草稿" in found["word/header1.xml"].decode()
    sections = body(document_docx(document)).findall(f".//{W}sectPr")
    assert all(len(s.findall(f"{W}headerReference")) == 2 for s in sections)


@pytest.mark.office
def test_libreoffice_opens_it_and_every_page_has_something_on_it(
    data: bytes, need: Callable[[str], str], tmp_path: Path
) -> None:
    soffice, pictures = need("soffice"), need("pdftoppm")
    source = tmp_path / "自评报告.docx"
    source.write_bytes(data)
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            soffice,
            "--headless",
            f"-env:UserInstallation={profile}",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    pdf = tmp_path / "自评报告.pdf"
    subprocess.run([pictures, "-r", "20", "-gray", str(pdf), str(tmp_path / "p")], check=True)
    pages = sorted(tmp_path.glob("p*.pgm"))
    assert len(pages) > 20
    assert all(inked(page) for page in pages)
    text = subprocess.run(
        [Path(pictures).with_name("pdftotext"), str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode()
    assert "2023年度预算绩效自评报告" in text.replace(" ", "")


def inked(page: Path) -> bool:
    """Whether a page holds more than its number."""
    head, size, _, rest = page.read_bytes().split(b"\n", 3)
    assert head == b"P5"
    width, height = map(int, size.split())
    upper = rest[: width * height * 85 // 100]
    return sum(1 for point in upper if point < 160) > 12
