"""Jixiao as a library: read, score and check files without a database, a server or a command.

What this module offers is stable: names, arguments and meaning change only with a release that says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jixiao.checking.evaluation import evaluate
from jixiao.errors import JixiaoError, PackError, RefusedFile, reason
from jixiao.installation.paths import config_dir, pack_dir, years_in
from jixiao.intake import merge_all
from jixiao.intake.child import read_in_child
from jixiao.model.evaluation import Evaluation
from jixiao.model.scores import FormScore
from jixiao.model.submission import Submission
from jixiao.policy import Pack
from jixiao.policy import load_pack as _load
from jixiao.rules import check_pack
from jixiao.scoring import score_submission

__all__ = ["audit", "load_pack", "pack_for", "read", "score"]

Files = Path | str | Sequence[Path | str]


def load_pack(which: int | str | Path | None = None) -> Pack:
    """A year's policy pack, its rule settings checked against the catalogue.

    Args:
        which: a year, a pack's folder, or nothing for the newest pack there is.

    Raises:
        PackError: there is none, or what is wrong with it, a line each.
    """
    if which is None:
        years = years_in(config_dir())
        if not years:
            raise PackError("没有任何政策包，无法判断表样。请检查 config 文件夹。")
        which = years[-1]
    pack = _load(pack_dir(which) if isinstance(which, int) else Path(which))
    check_pack(pack)
    return pack


def read(files: Files, pack: Pack | None = None) -> Submission:
    """What is in the files of one filing: a workbook, a Word report, a page, a zip, or several.

    Each is opened in a disposable process with limits; nothing of it is run.

    Args:
        pack: whose forms they are; without it, those of the year the files tell.

    Raises:
        RefusedFile: a file is missing, or why it cannot be taken.
        PackError: there is no pack to read them by.
    """
    return _read_under(files, pack)[1]


def score(files: Files | Submission, pack: Pack | None = None) -> list[FormScore]:
    """The recomputed scores of a filing, form by form, each row with its working.

    Args:
        files: files as for :func:`read`, or what that answered.
    """
    pack, submission = _given(files, pack)
    sources = {key: source.title for key, source in pack.info.sources.items()}
    return list(score_submission(pack.forms, submission, pack.scoring, sources))


def audit(files: Files | Submission, pack: Pack | None = None) -> Evaluation:
    """Scores and findings of a filing, as ``jixiao audit`` shows them.

    Args:
        files: files as for :func:`read`, or what that answered.
    """
    pack, submission = _given(files, pack)
    return evaluate(pack, submission)


def pack_for(submission: Submission) -> Pack:
    """The pack of the year a filing tells, the newest where there is none of that year."""
    year = submission.year
    return load_pack(year if year in years_in(config_dir()) else None)


def _given(files: Files | Submission, pack: Pack | None) -> tuple[Pack, Submission]:
    if isinstance(files, Submission):
        return pack or pack_for(files), files
    return _read_under(files, pack)


def _read_under(files: Files, pack: Pack | None) -> tuple[Pack, Submission]:
    """The submission, and the pack whose forms it was read by."""
    data = [_bytes(path) for path in ([files] if isinstance(files, Path | str) else files)]
    if not data:
        raise JixiaoError("没有给出任何文件。")
    first = pack or load_pack()
    submission = _merged(data, first, pack)
    if pack is None and (told := pack_for(submission)).year != first.year:
        return told, _merged(data, told, told)
    return first, submission


def _merged(data: list[tuple[bytes, str]], pack: Pack, asked: Pack | None) -> Submission:
    answers = read_in_child(data, pack.forms, asked.year if asked else None)
    for answer in answers:
        if isinstance(answer, RefusedFile):
            raise answer
    return merge_all([answer for answer in answers if isinstance(answer, Submission)])


def _bytes(path: Path | str) -> tuple[bytes, str]:
    path = Path(path)
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        raise RefusedFile("unreadable", f"读不了文件 {path}：{reason(error)}。") from None
