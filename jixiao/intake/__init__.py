"""What departments hand in: guarded, recognised by content, and read into a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from jixiao.errors import RefusedFile
from jixiao.intake import page, word, workbook
from jixiao.intake.conflicts import conflicts
from jixiao.intake.xls import read_xls
from jixiao.model.forms import Form
from jixiao.model.submission import Submission
from jixiao.spreadsheet.convert import converted, convertible
from jixiao.spreadsheet.guard import Inspected, check, inspect
from jixiao.spreadsheet.package import Package
from jixiao.spreadsheet.sheets import read_xlsx

__all__ = ["check", "merge", "merge_all", "read_file"]


def read_file(
    data: bytes, name: str, forms: Mapping[str, Form], year: int | None = None
) -> Submission:
    """Any file a department may hand in: a workbook, a Word report, a page, or a zip of them.

    Args:
        data: the file's bytes.
        name: the file's name, for messages and for the places of a document's values. What the
            file is, is told by its content.
        forms: the year's forms by id.
        year: used where the file itself does not tell.

    Raises:
        RefusedFile: with a Chinese sentence saying what is wrong and what to do.
    """
    inspected = inspect(data, name)
    if convertible(inspected.kind, name):
        data = converted(data, inspected.kind, name)
        inspected = inspect(data, name)
    match inspected:
        case Inspected("docx", Package() as package):
            return word.read_docx(package, forms, year, name)
        case Inspected("zip", Package() as package):
            return _read_zip(package, name, forms, year)
        case Inspected("xlsx", Package() as package):
            return workbook.from_sheets(read_xlsx(package), forms, year)
        case Inspected("html"):
            return page.read_html(data, forms, year, name)
    return workbook.from_sheets(read_xls(data), forms, year)


def merge_all(read: Sequence[Submission]) -> Submission:
    """Several submissions as one: what has tables first, then what has only text."""
    ordered = sorted(read, key=lambda s: not any(f.cells or f.indicators for f in s.forms))
    return reduce(merge, ordered)


def _read_zip(
    package: Package, name: str, forms: Mapping[str, Form], year: int | None
) -> Submission:
    """A zip of one workbook and, where handed in, one Word report."""
    members = [n for n in package.names if _is_content(n)]
    books = [n for n in members if n.lower().endswith((".xlsx", ".xls", ".xlsm", ".et"))]
    reports = [n for n in members if n.lower().endswith((".docx", ".doc", ".wps", ".rtf"))]
    if len(books) > 1 or len(reports) > 1:
        raise RefusedFile(
            "two_files", f"“{name}”里有不止一个工作簿或 Word 报告。请各留一个后重新报送。"
        )
    if not books and not reports:
        raise RefusedFile(
            "not_a_spreadsheet",
            f"“{name}”里没有工作簿，也没有 Word 报告。请把填好的文件放进去再报送。",
        )
    submission: Submission | None = None
    for member in (*books, *reports):
        content = package.read(member)
        short = _decoded(member).rsplit("/", 1)[-1]
        if inspect(content, short).kind == "zip":
            raise RefusedFile(
                "not_a_spreadsheet", f"“{name}”里的“{short}”又是压缩包。请解开后报送。"
            )
        read = read_file(content, short, forms, year)
        submission = read if submission is None else merge(submission, read)
    assert submission is not None
    return submission


def _is_content(name: str) -> bool:
    """Not a folder, not what macOS and Office leave behind."""
    last = name.rsplit("/", 1)[-1]
    return bool(last) and not name.startswith("__MACOSX/") and not last.startswith(("~$", "."))


def _decoded(name: str) -> str:
    """Names of members packed on a Chinese Windows arrive as CP437; they are GBK."""
    try:
        return name.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


def merge(book: Submission, report: Submission) -> Submission:
    """A workbook and a Word report as one filing: the report's narrative wins, whatever else the
    report holds only fills what the workbook lacks.

    Project reports replace each other by form as a whole, since their titles often name a
    project otherwise than the workbook does.
    """
    told = {data.form for data in report.forms if any(p.heading is None for p in data.paragraphs)}
    have = {(data.form, data.project) for data in book.forms}
    kept = [data for data in book.forms if data.form not in told]
    added = [
        data for data in report.forms if data.form in told or (data.form, data.project) not in have
    ]
    return Submission(
        year=book.year if book.year is not None else report.year,
        unit_code=book.unit_code or report.unit_code,
        unit_name=book.unit_name or report.unit_name,
        forms=[*kept, *added],
        unplaced=[*book.unplaced, *report.unplaced],
        kind=book.kind or report.kind,
        form_version=book.form_version,
        target_hash=book.target_hash,
        identity=book.identity,
        signature=book.signature,
        conflicts=[*book.conflicts, *report.conflicts, *conflicts(book.forms, report.forms)],
        explanations={**book.explanations, **report.explanations},
    )
