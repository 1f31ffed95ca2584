"""How commands print: tables and progress for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from jixiao.model.findings import Finding, Severity

console = Console(highlight=False)

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.ADVICE: "cyan"}


def print_json(data: Any) -> None:
    """One JSON object on standard output, nothing else."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def remark(text: str) -> None:
    """A sentence beside what a command answers, which may be for programs."""
    typer.echo(text, err=True)


def print_table(title: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Rows with the same keys as a table."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for name in rows[0] if rows else ():
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(v) for v in row.values()))
    console.print(table)


def print_findings(findings: Iterable[Finding]) -> None:
    """Findings as a clerk reads them: what, where, found and expected, what to do."""
    for finding in findings:
        style = _STYLES[finding.severity]
        console.print(
            f"[{style}]{finding.severity.chinese}[/] {finding.code} {finding.title}", markup=True
        )
        console.print(f"  {finding.message}", markup=False)
        for place in finding.where:
            console.print(
                f"  位置：{' '.join(p for p in (place.sheet or place.form, place.cell) if p)}"
                f"  {place.text}",
                markup=False,
            )
        line = f"  现为：{finding.found}  应为：{finding.expected}"
        if finding.difference:
            line += f"  相差：{finding.difference}"
        console.print(line, markup=False)
        console.print(f"  怎么改：{finding.remedy}\n", markup=False)
