"""CPU time of the whole rule catalogue over one department's filing.

The filing is the real one of the sample: seven kinds of form, four projects, a long report with
as many mistakes as it was handed in with (every finding is worded in full). Three cases:

* ``warm``: the texts of this filing were read before, as when it is checked again after a
  change of rules, for its report, or for publication;
* ``county``: another department's filings were checked in between, as in a batch;
* ``first``: nothing was ever read before in this process.

Scoring, which every filing needs anyway, has its own benchmark and is not in these figures.
Each is the median of several rounds, in ms of CPU. ``least`` is the best round of ``warm``: on a
busy machine it is nearest to what the work itself takes.
Run: ``python -m benchmarks.rules_bench`` from the repository, with ``--json`` for one line.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from pathlib import Path

from jixiao import rules
from jixiao.demo.sample import load_filing
from jixiao.policy import Pack, load_pack
from jixiao.rules import Facts
from jixiao.scoring import score_submission

ROOT = Path(__file__).resolve().parent.parent / "config"
FILINGS = ROOT.parent / "demo" / "filings"
LIMIT = 8.0  # ms of CPU the catalogue may take over a department, warm


def facts_of(pack: Pack, name: str) -> Facts:
    """A filing of the sample, scored, with its roster entry."""
    submission = load_filing(FILINGS / f"{name}.yaml", pack.forms)
    return Facts(
        forms=pack.forms,
        submission=submission,
        scores=score_submission(pack.forms, submission, pack.scoring, {}),
        policy=pack.scoring,
        year=pack.year,
        department=pack.department(submission.unit_code),
    )


def milliseconds(pack: Pack, facts: Facts) -> float:
    """CPU time of one check; nothing an earlier one worked out for this filing is used."""
    facts.memo.clear()
    start = time.process_time()
    rules.run(facts, pack.rules)
    return (time.process_time() - start) * 1000


def forget() -> None:
    """Clear every cache of a text or a figure that was read."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("jixiao.rules.", "jixiao.values.")):
            for thing in vars(module).values():
                if getattr(thing, "__module__", "") == name and hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def measure(rounds: int = 40) -> dict[str, float]:
    """Every case, in ms of CPU, with the number of findings."""
    pack = load_pack(ROOT / "2023")
    real = facts_of(pack, "jiangyong-1")
    others = [facts_of(pack, name) for name in ("yunling-1", "songxi-1", "xinghe-1", "pinghu-1")]
    findings = rules.run(real, pack.rules)
    spent: dict[str, list[float]] = {"warm": [], "county": [], "first": []}
    for _ in range(5):
        milliseconds(pack, real)
    gc.collect()
    for _ in range(rounds):
        spent["warm"].append(milliseconds(pack, real))
    for _ in range(max(rounds // 4, 3)):
        for other in others:
            milliseconds(pack, other)
        spent["county"].append(milliseconds(pack, real))
    for _ in range(max(rounds // 8, 3)):
        forget()
        spent["first"].append(milliseconds(pack, real))
    found = {name: round(statistics.median(times), 3) for name, times in spent.items()}
    return {
        **found,
        "least": round(min(spent["warm"]), 3),
        "rules": len(rules.catalogue()),
        "findings": len(findings),
    }


def main() -> None:
    """Print the figures."""
    found = measure()
    if "--json" in sys.argv[1:]:
        print(json.dumps(found))
        return
    print(f"{found['rules']:.0f} rules, {found['findings']:.0f} findings")
    for name in ("warm", "least", "county", "first"):
        print(f"{name}: {found[name]:.2f} ms CPU a department")
    print(f"bound for warm: {LIMIT:.0f} ms")


if __name__ == "__main__":
    main()
