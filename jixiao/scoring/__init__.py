"""Points and the working that led to them: pure arithmetic, driven by the year's policy.

Nothing here reads a file, a clock or a setting: the same filing under the same policy always
has the same scores.
"""

from jixiao.scoring.compare import ScoreChange, changes
from jixiao.scoring.form import grade, score_form, score_submission
from jixiao.scoring.indicator import direction_of

__all__ = [
    "ScoreChange",
    "changes",
    "direction_of",
    "grade",
    "score_form",
    "score_submission",
]
