"""What came back: every value with the cell it came from.

A submission is the neutral meeting point: the workbook reader, the Word reader, the sample
loader and the database all speak it, and scoring, rules and reports read nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from jixiao.errors import reader_of


class Cell(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One value as it was handed in; a workbook has some 1,500, so one must cost next to nothing.

    Attributes:
        text: what the person sees in the cell (``97.3%``, not 0.973); ``""`` for a blank.
        sheet: sheet or document name.
        cell: address such as ``D7``, or ``第12段`` in a document; ``""`` where nothing was there.
        problem: Chinese words where the cell itself is broken (``错误值 #REF!``,
            ``公式没有计算结果``), else ``None``.
    """

    text: str
    sheet: str = ""
    cell: str = ""
    problem: str | None = None

    @property
    def blank(self) -> bool:
        """No content: empty, or one of the marks people write for "nothing"."""
        return self.problem is None and self.text.strip() in BLANKS


BLANKS = frozenset({"", "/", "-", "—", "——", "－", "–", "无", "\\"})
NOTHING = Cell("")


class IndicatorRow(msgspec.Struct, frozen=True, gc=False):
    """One indicator as filed. Missing columns are blank cells."""

    level1: str
    level2: str
    name: Cell
    target: Cell
    actual: Cell
    weight: Cell
    score: Cell
    explanation: Cell = NOTHING
    sign: Cell = NOTHING
    unit: Cell = NOTHING


class GroupHeader(msgspec.Struct, frozen=True, gc=False):
    """A group header as printed, with the points it states: 产出指标(70分)."""

    level1: str
    points: str | None
    cell: Cell


class Paragraph(msgspec.Struct, frozen=True, gc=False):
    """A paragraph of a narrative.

    Attributes:
        heading: id of the form's heading this paragraph *is*, else ``None``.
        section: id of the heading it stands under, ``""`` before the first.
        level: 1… for anything that looks like a numbered heading, else 0.
    """

    text: str
    sheet: str
    cell: str
    section: str = ""
    heading: str | None = None
    level: int = 0


class FormData(msgspec.Struct):
    """One filled copy of a form.

    ``cells`` is keyed ``section.row.column``; a repeated row's id is ``row[1]``, ``row[2]``…
    and the name the clerk gave it stands in ``labels`` under ``section.row[n]``.
    """

    form: str
    sheet: str
    title: str = ""
    project: str | None = None
    cells: dict[str, Cell] = msgspec.field(default_factory=dict)
    labels: dict[str, Cell] = msgspec.field(default_factory=dict)
    indicators: list[IndicatorRow] = msgspec.field(default_factory=list)
    groups: list[GroupHeader] = msgspec.field(default_factory=list)
    total_weight: Cell = NOTHING
    total_score: Cell = NOTHING
    paragraphs: list[Paragraph] = msgspec.field(default_factory=list)

    def get(self, address: str) -> Cell:
        """The cell at ``section.row.column``; a blank cell where nothing was read."""
        return self.cells.get(address, NOTHING)

    def repeated(self, section: str, row: str) -> Iterator[tuple[str, Cell]]:
        """Ids and labels of the repeated rows, in order: ``("project[1]", Cell("招商…"))``."""
        prefix = f"{section}.{row}["
        for key, label in self.labels.items():
            if key.startswith(prefix):
                yield key.split(".", 1)[1], label


class Unplaced(msgspec.Struct, frozen=True, gc=False):
    """Something read that fits nowhere."""

    sheet: str
    cell: str
    text: str


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """The same heading of a report with different text in the workbook and in Word.

    Attributes:
        form, project: whose report.
        heading: the form's heading the texts stand under, as printed; ``""`` for the beginning.
        kept: the paragraph of the Word report, which counts.
        dropped: that of the workbook, which does not.
    """

    form: str
    project: str | None
    heading: str
    kept: Paragraph
    dropped: Paragraph


class Submission(msgspec.Struct):
    """A filing as read: one workbook and, where handed in, one Word report.

    Attributes:
        year: fiscal year evaluated.
        unit_code: 18-character 统一社会信用代码 as written, ``""`` if none was found.
        unit_name: as written.
        forms: in the order they stand in the file.
        unplaced: what fits nowhere.
        kind: ``evaluation`` or ``targets`` from the hidden sheet of an issued workbook, else ``""``.
        form_version, target_hash: from the same sheet, else ``""``.
        identity: everything that sheet says, as its signature covers it; ``""`` without one.
        signature: the sheet's signature, ``""`` where it has none.
        conflicts: where the workbook's narrative and the Word report differ.
        explanations: the department's words (单位说明) by the fingerprint of the finding they
            explain, from the annotated workbook it worked in.
    """

    year: int | None
    unit_code: str
    unit_name: str
    forms: list[FormData] = msgspec.field(default_factory=list)
    unplaced: list[Unplaced] = msgspec.field(default_factory=list)
    kind: str = ""
    form_version: str = ""
    target_hash: str = ""
    identity: str = ""
    signature: str = ""
    conflicts: list[Conflict] = msgspec.field(default_factory=list)
    explanations: dict[str, str] = msgspec.field(default_factory=dict)

    def of(self, form: str) -> list[FormData]:
        """All filled copies of a form, in file order."""
        return [f for f in self.forms if f.form == form]

    def one(self, form: str) -> FormData | None:
        """The first filled copy of a form."""
        return next((f for f in self.forms if f.form == form), None)


#: The shape :func:`to_json` writes. Another shape is another number, and a reader for each number
#: that was ever written stays below.
FORMAT = 1

_encoder = msgspec.json.Encoder()
_READERS: Mapping[int, Callable[[bytes | str], Submission]] = {
    1: msgspec.json.Decoder(Submission).decode,
}


def to_json(submission: Submission) -> bytes:
    """The submission as JSON, for the database."""
    return _encoder.encode(submission)


def from_json(data: bytes | str, format: int = FORMAT) -> Submission:
    """A submission back from :func:`to_json`.

    Args:
        format: the shape it was written in.

    Raises:
        JixiaoError: a newer program wrote it.
        msgspec.ValidationError: it is not one.
    """
    return reader_of(_READERS, format, "报送内容")(data)
