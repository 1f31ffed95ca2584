"""Whose a file is, and whether it is one to take: told by its content, before anything is kept."""

from __future__ import annotations

from functools import lru_cache

from jixiao.errors import RefusedFile
from jixiao.installation.signing import genuine
from jixiao.intake.child import SHARED
from jixiao.model.submission import Submission
from jixiao.policy import Department, Pack
from jixiao.spreadsheet.text import key
from jixiao.year.base import Cycle
from jixiao.year.form_sets import pack_for
from jixiao.year.steps.targets import approved


def read_as_issued(cycle: Cycle, data: bytes, name: str) -> Submission:
    """What is in a file; a workbook of ours is read by the forms it was issued with.

    Raises:
        RefusedFile: it cannot be taken.
    """
    submission = _taken(SHARED.read(data, name, cycle.pack.forms))
    pack = pack_for(cycle, submission)
    if pack is None or pack is cycle.pack:
        return submission
    return _taken(SHARED.read(data, name, pack.forms))


def _taken(read: Submission | RefusedFile) -> Submission:
    if isinstance(read, RefusedFile):
        raise read
    return read


def check_signature(submission: Submission) -> None:
    """The hidden sheet is the one we issued.

    Raises:
        RefusedFile: ``forged_identity``.
    """
    if submission.identity and not genuine(submission.identity, submission.signature):
        raise RefusedFile(
            "forged_identity",
            "工作簿的标识页被改动过，或不是本系统下达的。请重新下载本单位的工作簿，把数据填进去再报送。",
        )


def sender(cycle: Cycle, submission: Submission) -> Department:
    """Whose file it is.

    Raises:
        RefusedFile: the year is wrong, the unit is not on the roster, or the forms are those of
            another unit than the workbook was issued to.
    """
    if submission.year is not None and submission.year != cycle.year:
        raise RefusedFile(
            "wrong_year",
            f"这是 {submission.year} 年度的表，现在收的是 {cycle.year} 年度。请用本年度下达的工作簿填报。",
        )
    code = submission.unit_code.strip().upper()
    department = named(cycle, code, submission.unit_name)
    if department is not None:
        if code:
            _check_forms(cycle, submission, department)
        return department
    bureau = cycle.pack.info.bureau.name
    if code:
        raise RefusedFile(
            "not_on_roster",
            f"单位代码 {code} 不在 {cycle.year} 年度名册里。请核对代码，或联系{bureau}。",
        )
    if submission.unit_name:
        raise RefusedFile(
            "not_on_roster",
            f"“{submission.unit_name}”不在 {cycle.year} 年度名册里。请核对单位名称，或联系{bureau}。",
        )
    raise RefusedFile(
        "no_identity",
        "文件里找不到单位代码，也找不到单位名称。请在下达的工作簿里填报，不要另建文件。",
    )


def named(cycle: Cycle, code: str, name: str) -> Department | None:
    """The department on the roster with this code, or where there is no code with this name."""
    return cycle.pack.department(code) if code else _by_name(cycle, name)


def _by_name(cycle: Cycle, name: str) -> Department | None:
    return _names(cycle.pack).get(key(name))


@lru_cache(maxsize=8)
def _names(pack: Pack) -> dict[str, Department]:
    """Every department by each of its names; of two of one name the first on the roster."""
    found: dict[str, Department] = {}
    for department in pack.roster.departments:
        for name in (department.name, *department.aliases):
            if key(name):
                found.setdefault(key(name), department)
    return found


def _check_forms(cycle: Cycle, submission: Submission, department: Department) -> None:
    """A workbook issued to one department must not hold the forms of another.

    A name or code that is nobody's is left to the rules; here only another department's counts.
    """
    for data in submission.forms:
        for address, cell in data.cells.items():
            if cell.blank:
                continue
            other = None
            if address.endswith(".unit_code"):
                other = cycle.pack.department(cell.text.strip().upper())
            elif address == "identity.unit.value" or address.endswith(".unit_name"):
                other = _by_name(cycle, cell.text)
            if other is not None and other.code != department.code:
                raise RefusedFile(
                    "wrong_department",
                    f"工作簿是下达给{department.name}的，{cell.sheet} {cell.cell} 写的却是{other.name}。"
                    "请各单位用自己的工作簿填报。",
                )


def check_template(cycle: Cycle, submission: Submission, department: Department) -> None:
    """The workbook is of forms that went out from here, and of the targets that count now.

    Raises:
        RefusedFile: ``old_template``.
    """
    if not submission.kind:
        return  # no workbook of ours: there is no template to be old
    if pack_for(cycle, submission) is None:
        raise RefusedFile(
            "old_template",
            f"这个工作簿的表样（{submission.form_version}）不是本系统 {cycle.year} 年度下达过的。请下载本单位的工作簿，把数据填进去再报送。",
        )
    with cycle.store.read() as connection:
        record = approved(connection, cycle.year, department.code).get(department.code)
    if submission.kind == "evaluation" and record and submission.target_hash != record.hash:
        raise RefusedFile(
            "old_template",
            "这个工作簿里的绩效目标不是最近批复的，批复后已另发新的工作簿。请下载新的工作簿，把数据填进去再报送。",
        )
