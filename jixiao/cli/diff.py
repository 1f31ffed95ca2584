"""What a department's newest filing changed."""

from __future__ import annotations

from typing import Annotated

import typer

from jixiao.cli.output import console, print_json, print_table
from jixiao.errors import JixiaoError
from jixiao.model.diff import diff
from jixiao.store.filings import filed, filing_records
from jixiao.year import open_cycle


def register(app: typer.Typer) -> None:
    app.command("diff")(diff_command)


def diff_command(
    year: Annotated[int, typer.Argument(help="年度。")],
    unit: Annotated[str, typer.Argument(help="单位代码。")],
    numbers: Annotated[
        tuple[int, int] | None,
        typer.Option("--between", help="比较哪两次报送，如 1 3；不填则为最近两次。"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")] = False,
) -> None:
    """一个单位两次报送之间改了什么，逐格列出。"""
    cycle = open_cycle(year)
    department = cycle.department(unit)
    with cycle.store.read() as connection:
        known = {r.number: r for r in filing_records(connection, year, unit)}
        chosen = numbers or tuple(sorted(known)[-2:])
        if len(chosen) != 2 or any(n not in known for n in chosen):
            raise JixiaoError(
                f"{department.name} {year} 年度共报送 {len(known)} 次，没有可以比较的两次。"
                "请用 --between 写明已有的次数。"
            )
        before, after = (filed(connection, known[n].id) for n in chosen)
    rows = [
        {
            "表": c.form,
            "项目": c.project or "",
            "位置": f"{c.sheet} {c.cell}".strip(),
            "内容": c.name,
            "原为": c.before or "（空白）",
            "现为": c.after or "（空白）",
        }
        for c in diff(before, after, cycle.pack.forms)
    ]
    if json:
        print_json(rows)
    elif rows:
        print_table(f"{department.name}第 {chosen[0]} 次与第 {chosen[1]} 次报送", rows)
    else:
        console.print("两次报送的内容没有不同。")
