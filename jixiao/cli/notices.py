"""Commands about notices and extensions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from jixiao.cli.output import console, print_json, print_table
from jixiao.cli.year import DayOption, JsonOption, OfficerOption, YearArg, cycles
from jixiao.errors import JixiaoError
from jixiao.policy import Stage
from jixiao.policy.schedule import chinese_date
from jixiao.year import Cycle, perform
from jixiao.year.officer.extend import EXTENDABLE, extend, extensions
from jixiao.year.officer.notices import listed, preview_of, rows, try_channel
from jixiao.year.officer.notices import resend as resend_these
from jixiao.year.steps.digests import unreachable as unreachable_of


class _ListByDefault(TyperGroup):
    """``jixiao notices 2023`` lists; a first word that is a command is that command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    notices = typer.Typer(cls=_ListByDefault, help="通知：待发、已发、失败、通知不到的。")
    notices.command("list")(list_command)
    notices.command("preview")(preview_command)
    notices.command("test")(try_command)
    notices.command("resend")(resend_command)
    app.add_typer(notices, name="notices")
    app.command("extend")(extend_command)
    app.command("extensions")(extensions_command)


def list_command(
    year: YearArg = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="待发的。")] = False,
    sent: Annotated[
        bool, typer.Option("--sent", help="已交给渠道的（是否看过无从知道）。")
    ] = False,
    failed: Annotated[bool, typer.Option("--failed", help="未能送达和结果不明的。")] = False,
    unreachable: Annotated[
        bool, typer.Option("--unreachable", help="没有可用渠道、通知不到的。")
    ] = False,
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """列出通知；什么都不选，则列出待发、失败和通知不到的。"""
    chosen = {"waiting": waiting, "sent": sent, "failed": failed}
    parts = [name for name, wanted in chosen.items() if wanted]
    everything = not parts and not unreachable
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    for cycle in cycles(year, day):
        tables = {p: rows(cycle, listed(cycle, p)) for p in parts}
        if everything:
            tables = {p: rows(cycle, listed(cycle, p)) for p in ("waiting", "failed")}
        if everything or unreachable:
            tables["unreachable"] = _unreachable(cycle)
        found[str(cycle.year)] = tables
    if json:
        print_json(found)
        return
    for name, tables in found.items():
        for part, lines in tables.items():
            _print_part(name, part, lines)


_TITLES = {"waiting": "待发", "sent": "已交出", "failed": "未送达", "unreachable": "通知不到"}


def _print_part(year: str, part: str, lines: list[dict[str, str]]) -> None:
    title = f"{year} 年度：{_TITLES[part]} {len(lines)} {'个' if part == 'unreachable' else '条'}"
    if lines:
        shown = [{k: v for k, v in line.items() if k not in ("年度", "消息编号")} for line in lines]
        print_table(title, shown)
    else:
        console.print(f"{title}。")


def _unreachable(cycle: Cycle) -> list[dict[str, str]]:
    return [{"收件": u.name, "代码": u.recipient, "原因": u.reason} for u in unreachable_of(cycle)]


def preview_command(
    kind: Annotated[str, typer.Argument(help="哪一种通知，如 submit_reminder。")],
    unit: Annotated[str | None, typer.Argument(help="给哪个单位看（单位代码）。")] = None,
    format: Annotated[str, typer.Option("--format", help="text 或 markdown。")] = "text",
    year: Annotated[int | None, typer.Option("--year", help="预算年度。")] = None,
    day: DayOption = None,
) -> None:
    """预览一种通知：单位、联系方式和截止日是真的，其余是例子；不会发出。"""
    if format not in ("text", "markdown"):
        raise JixiaoError(f"格式“{format}”写错了，应是 text 或 markdown。")
    cycle = cycles(year, day)[-1]
    title, body = preview_of(cycle, kind, unit, "markdown" if format == "markdown" else "text")
    typer.echo(f"{title}\n\n{body}")


def try_command(
    channel: Annotated[str, typer.Argument(help="渠道名，见 channels.yaml。")],
    year: Annotated[int | None, typer.Option("--year", help="预算年度。")] = None,
    officer: Annotated[str, typer.Option("--officer", help="谁在测试，写在消息里。")] = "系统运维",
    day: DayOption = None,
    json: JsonOption = False,
) -> None:
    """给一个渠道发一条测试消息，说明对方怎样应答。"""
    outcome = try_channel(cycles(year, day)[-1], channel, officer)
    fine = outcome.kind == "handed_over"
    if json:
        print_json({"channel": channel, "outcome": outcome.kind, "detail": outcome.detail})
    else:
        said = "对方已接收，请到该渠道看是否收到。" if fine else f"没有发成：{outcome.detail}"
        console.print(f"渠道 {channel}：{said}", markup=False)
    raise typer.Exit(0 if fine else 1)


def resend_command(
    ids: Annotated[list[int], typer.Argument(help="通知的编号，见 jixiao notices --failed。")],
    officer: OfficerOption,
    year: Annotated[int | None, typer.Option("--year", help="预算年度。")] = None,
    day: DayOption = None,
) -> None:
    """把未能送达或结果不明的通知重新发出；消息编号不变，收的一方可以看出是重发。"""
    cycle = cycles(year, day)[-1]
    again = resend_these(cycle, ids, officer)
    console.print(f"已重新排队 {len(again)} 条。")
    done, bad = perform(cycle, "notify")
    for each in done:
        console.print(each.did, markup=False)
    for name, error in bad.items():
        console.print(f"{name}：{error}", markup=False)
    if not done and not bad:
        console.print("现在不能发出（不打扰的时段，或没有可用渠道），到时自动发。")
    raise typer.Exit(1 if bad else 0)


def extend_command(
    year: Annotated[int, typer.Argument(help="预算年度。")],
    unit: Annotated[str, typer.Argument(help="单位代码。")],
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="延到哪一天（含当天）。")
    ],
    officer: OfficerOption,
    reason: Annotated[str, typer.Option("--reason", help="延期原因，会告诉单位。")],
    stage: Annotated[
        str, typer.Option("--stage", help="哪个阶段：targets、submit 或 review。")
    ] = "submit",
    day: DayOption = None,
) -> None:
    """准许一个单位延期：进度、催报、是否逾期都按新的日期，并通知该单位。"""
    if stage not in list(Stage):
        raise JixiaoError(f"没有“{stage}”这个阶段，可以延期的是：{'、'.join(EXTENDABLE)}。")
    (cycle,) = cycles(year, day)
    record = extend(cycle, unit, Stage(stage), until.date(), officer, reason)
    name = cycle.department(unit).name
    console.print(
        f"{name}的{Stage(stage).chinese}已延到 {chinese_date(record.until)}（{record.officer}）。",
        markup=False,
    )


def extensions_command(
    year: YearArg = None, day: DayOption = None, json: JsonOption = False
) -> None:
    """准许过的延期：谁、哪个阶段、到哪天、谁准的、为什么。"""
    found = [
        {
            "年度": str(cycle.year),
            "单位代码": r.unit,
            "单位": department.name if (department := cycle.pack.department(r.unit)) else "—",
            "阶段": Stage(r.stage).chinese,
            "延到": str(r.until),
            "经办人": r.officer,
            "原因": r.reason,
            "日期": str(r.granted_on),
        }
        for cycle in cycles(year, day)
        for r in extensions(cycle)
    ]
    if json:
        print_json(found)
    elif found:
        print_table("准许过的延期", found)
    else:
        console.print("没有准许过延期。")
