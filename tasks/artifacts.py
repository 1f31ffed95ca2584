"""Artifacts an operator reads in the Prefect UI."""

from __future__ import annotations

import re
from datetime import date
from heapq import nsmallest
from urllib.parse import quote

from prefect import task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
)

from jixiao.year import Standing, State, Tally, each_standing, open_cycle, status_rows

ACCEPTED = State.ACCEPTED.number


@task(name="谁在哪一步", task_run_name="谁在哪一步 {year}", persist_result=False)
def show_standings(year: int, day: date) -> None:
    """The table of who is where, since when, what is next and who must do it."""
    cycle = open_cycle(year, day)
    many = len(cycle.pack.roster.departments) > MOST_ROWS
    tally = Tally()
    passing = tally.of(each_standing(cycle))
    shown = nsmallest(MOST_ROWS, passing, key=_behind) if many else list(passing)
    cut = f"，共 {tally.total} 个单位，列最落后的 {MOST_ROWS} 个，全部见 jixiao status"
    create_table_artifact(
        key=f"who-is-where-{year}",
        table=status_rows(shown),
        description=f"{year} 年度绩效自评进度（{day}）{cut if many else ''}",
    )
    accepted = sum(n for state, n in tally.counts.items() if state.number >= ACCEPTED)
    base = cycle.pack.info.site.base_url
    create_progress_artifact(
        key=f"done-{year}",
        progress=100 * accepted / max(tally.total, 1),
        description=f"{year} 年度已审核通过的单位（{day}）",
    )
    if tally.public:
        create_link_artifact(
            key=f"register-{year}",
            link=f"{base}/{year}/register/",
            link_text=f"{year} 年度公开网址统计表",
            description=f"公开首页：{base}/",
        )
    lines = [f"- {state.sentence}：{n} 个单位" for state, n in tally.by_state().items()]
    create_markdown_artifact(
        key=f"progress-{year}",
        markdown="\n".join([f"## {year} 年度进度（{day}，共 {tally.total} 个单位）", *lines]),
        description="进度汇总",
    )


def _behind(standing: Standing) -> tuple[int, int]:
    """Who is overdue comes first, then who is least far."""
    return -standing.overdue, standing.state.number


#: A table nobody can read to its end only makes the page slow.
MOST_ROWS = 1000
#: What an operator looks for first comes first: the page cuts a wide table off at the right.
_COLUMNS = ("单位", "结果", "原因", "下一步", "步骤", "年度", "文件")


@task(name="登记结果", task_run_name="登记结果", persist_result=False)
def show_results(flow: str, rows: list[dict[str, str]]) -> None:
    """What a run did, and who failed with why and what next: one table, what failed first."""
    failed = sum(1 for row in rows if row["原因"])
    columns = [c for c in _COLUMNS if failed or c not in ("原因", "下一步")]
    shown = sorted(rows, key=lambda r: not r["原因"])[:MOST_ROWS]
    cut = f"，表中列前 {MOST_ROWS} 项" if len(rows) > MOST_ROWS else ""
    create_table_artifact(
        key=f"{flow}-results",
        table=[{c: row[c] for c in columns} for row in shown],
        description=f"完成 {len(rows) - failed} 项，未完成 {failed} 项{cut}",
    )
    links = [_link(row) for row in shown if row["文件"].startswith(("http://", "https://"))]
    if links:
        # A table shows an address as plain text; here it can be clicked.
        create_markdown_artifact(
            key=f"{flow}-links", markdown="\n".join(links), description="本次运行的文件"
        )


def _link(row: dict[str, str]) -> str:
    """A line with a link; names and results are people's text, never markup."""
    unit, did = (_MARKUP.sub(r"\\\g<0>", " ".join(row[c].split())) for c in ("单位", "结果"))
    return f"- [{unit}](<{quote(row['文件'], safe=_WRITTEN)}>) {did}"


_MARKUP = re.compile(r"[\\`*_\[\]<>|#!~&]")
#: What stands in an address as it is; what could end the link is quoted.
_WRITTEN = ":/?#@!$&'*+,;=%~-._"
