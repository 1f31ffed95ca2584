"""CPU time to parse and score the 100 indicator rows of a department.

What was seen before decides it, hence three cases:

* ``first``: no cell's text was ever read before; the few dozen units and names of indicators
  are known, as they are from the first department of a year on;
* ``county``: another department of a county, whose rows hold partly what everybody writes
  (100%, 年内完成, 效果明显) and partly figures of its own, 30 departments having gone before;
* ``again``: the same filing once more: a retry, a revision, a second reader of the scores.

Two more show what the first one leaves out: ``told`` is ``first`` with every sentence and all
figures of the workings put into words, which otherwise waits until somebody asks; ``start`` is
``first`` in a process that knows no unit and no name yet.

Each is the median of several rounds, in ms of CPU a department, execution row and total included.
Run: ``python -m benchmarks.scoring_bench`` from the repository, with ``--json`` for one line.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from jixiao.model.forms import Form
from jixiao.model.submission import Cell, FormData, IndicatorRow
from jixiao.policy.scoring import ScoringPolicy
from jixiao.policy.yamlfile import load_model
from jixiao.scoring import figures, score_form
from jixiao.values import hints
from jixiao.values.parse import _cached as parsed

PACK = Path(__file__).resolve().parent.parent / "config" / "2023"
ROWS = 100
CASES = ("first", "county", "again", "told", "start")
COMMON = [
    ("质量指标", "资金使用准确率", "100%", "100%"),
    ("质量指标", "验收合格率", "≥95%", "98%"),
    ("时效指标", "完成时限", "年内完成", "年内完成"),
    ("社会效益指标", "社会效益", "效果明显", "效果明显"),
    ("服务对象满意度指标", "服务对象满意率", "90%以上", "95%"),
]
OWN = [
    ("数量指标", "培训人次", "{0}人次", "{1}人次"),
    ("数量指标", "入库企业", "≥{0}家", "{1}家"),
    ("成本指标", "项目支出", "{0}.5万元", "{1}.25万元"),
    ("经济效益指标", "总产值", "{0}亿元以上", "{1}亿元"),
    ("质量指标", "增长率", "{0}", "{1}"),
]

CELL_CACHES = (parsed, figures.points_text)
SHAPE_CACHES = (hints.hint,)


def department(number: int) -> FormData:
    """A filled form: half of its rows hold common values, half figures of its own."""
    data = FormData("附件3", "附件3")
    money = {"annual": f"{number + 300}", "executed": f"{number + 290}", "weight": "10"}
    data.cells = {f"execution.total.{column}": Cell(text) for column, text in money.items()}
    for row in range(ROWS):
        if row % 2:
            level2, name, target, actual = COMMON[row // 2 % len(COMMON)]
        else:
            level2, name, target, actual = OWN[row // 2 % len(OWN)]
            figure = 10 + number * 101 + row
            target, actual = target.format(figure, ""), actual.format("", figure - 3)
        cells = [Cell(text) for text in (name, target, actual, "0.9", "0.9")]
        data.indicators.append(IndicatorRow("产出指标", level2, *cells))
    return data


def clear(*, all_caches: bool) -> None:
    """Forget every cell's text; with ``all_caches`` units and names as well."""
    for cache in CELL_CACHES + (SHAPE_CACHES if all_caches else ()):
        cache.cache_clear()


def milliseconds(form: Form, data: FormData, policy: ScoringPolicy, *, told: bool = False) -> float:
    """CPU time of scoring one form, and of its sentences too if they are to be ``told``."""
    start = time.process_time()
    score = score_form(form, data, policy, {}, year=2023)
    if told and score is not None:
        for row in score.rows:
            _ = row.working.sentence, row.working.data
    return (time.process_time() - start) * 1000


def measure(rounds: int = 25) -> dict[str, float]:
    """Every case, in ms of CPU."""
    form = load_model(PACK / "forms" / "附件3.yaml", Form)
    policy = load_model(PACK / "scoring.yaml", ScoringPolicy)
    spent: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(rounds):
        clear(all_caches=True)
        spent["start"].append(milliseconds(form, department(0), policy))
        clear(all_caches=False)
        spent["told"].append(milliseconds(form, department(0), policy, told=True))
        clear(all_caches=False)
        spent["first"].append(milliseconds(form, department(0), policy))
        for number in range(1, 30):
            milliseconds(form, department(number), policy)
        newcomer = department(30)
        spent["county"].append(milliseconds(form, newcomer, policy))
        spent["again"].append(milliseconds(form, newcomer, policy))
    return {name: round(statistics.median(times), 3) for name, times in spent.items()}


def main() -> None:
    """Print the figures."""
    found = measure()
    if "--json" in sys.argv[1:]:
        print(json.dumps(found))
        return
    for name, spent in found.items():
        print(f"{name}: {spent:.2f} ms CPU for {ROWS} rows")
    print(f"workings told at once instead of on demand: {found['told'] / found['first']:.1f} times")


if __name__ == "__main__":
    main()
