"""One filing evaluated: scores with their working, findings with their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jixiao import rules
from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Finding
from jixiao.model.submission import Submission
from jixiao.model.targets import TargetSet
from jixiao.policy import Department, Pack
from jixiao.rules.support.base import Facts
from jixiao.scoring import score_submission


def evaluate(
    pack: Pack,
    submission: Submission,
    *,
    department: Department | None = None,
    targets: TargetSet | None = None,
    prior: Submission | None = None,
    kept: Mapping[str, Sequence[Finding]] | None = None,
) -> Evaluation:
    """Score and check one filing under a pack. Pure: the same input gives the same answer.

    Args:
        kept: findings by rule code of an earlier evaluation of the same input; these rules do
            not run again.
    """
    sources = {key: source.title for key, source in pack.info.sources.items()}
    aliases = (
        {alias: project.name for project in department.projects for alias in project.aliases}
        if department is not None
        else None
    )
    scores = score_submission(pack.forms, submission, pack.scoring, sources, aliases=aliases)
    facts = Facts(
        forms=pack.forms,
        submission=submission,
        scores=scores,
        policy=pack.scoring,
        year=pack.year,
        department=department,
        targets=targets,
        prior=prior,
    )
    return Evaluation(submission, tuple(scores), tuple(rules.run(facts, pack.rules, kept)))
