"""Workbooks that go out: issued, filled, returned with findings."""

from jixiao.workbooks.annotate import annotate, findings_workbook
from jixiao.workbooks.issue import issue_workbook
from jixiao.workbooks.outline import narrative_outline
from jixiao.workbooks.target_template import target_template

__all__ = [
    "annotate",
    "findings_workbook",
    "issue_workbook",
    "narrative_outline",
    "target_template",
]
