"""CPU time to parse and score the 100 indicator rows of a department.

Three figures, because what was seen before decides them:

* ``first``: no text was ever read before;
* ``county``: another department of a county, whose rows hold partly what everybody writes
  (100%, 年内完成, 效果明显) and partly figures of its own, 30 departments having gone before;
* ``again``: the same filing once more: a retry, a revision, a second reader of the scores.

Each is the best of several rounds, in ms of CPU a department, execution row and total included.
Run: ``python -m benchmarks.scoring_bench`` from the repository, with ``--json`` for one line.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from jixiao.forms import Form
from jixiao.policy.scoring import ScoringPolicy
from jixiao.policy.yamlfile import load_model
from jixiao.scoring import figures, indicator, score_form
from jixiao.submission import Cell, FormData, IndicatorRow
from jixiao.values.parse import _cached as values

PACK = Path(__file__).resolve().parent.parent / "config" / "2023"
ROWS = 100
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


def clear() -> None:
    """Forget everything that was read before."""
    for cache in (values, indicator._judged, figures.points_text, figures.as_written):
        cache.cache_clear()


def milliseconds(form: Form, data: FormData, policy: ScoringPolicy) -> float:
    """CPU time of scoring one form."""
    start = time.process_time()
    score_form(form, data, policy, {}, year=2023)
    return (time.process_time() - start) * 1000


def measure(rounds: int = 15) -> dict[str, float]:
    """The three figures, in ms of CPU."""
    form = load_model(PACK / "forms" / "附件3.yaml", Form)
    policy = load_model(PACK / "scoring.yaml", ScoringPolicy)
    best = {"first": float("inf"), "county": float("inf"), "again": float("inf")}
    for _ in range(rounds):
        clear()
        times = {"first": milliseconds(form, department(0), policy)}
        for number in range(1, 30):
            milliseconds(form, department(number), policy)
        newcomer = department(30)
        times["county"] = milliseconds(form, newcomer, policy)
        times["again"] = milliseconds(form, newcomer, policy)
        best = {name: min(best[name], spent) for name, spent in times.items()}
    return {name: round(spent, 3) for name, spent in best.items()}


def main() -> None:
    """Print the figures."""
    found = measure()
    if "--json" in sys.argv[1:]:
        print(json.dumps(found))
        return
    for name, spent in found.items():
        print(f"{name}: {spent:.2f} ms CPU for {ROWS} rows")


if __name__ == "__main__":
    main()
