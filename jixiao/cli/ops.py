"""Commands of whoever keeps the machine running."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.server import environment_of
from jixiao.backup import Moved
from jixiao.cli.output import console, print_json, print_table, remark
from jixiao.installation.pinned import pin
from jixiao.installation.settings import load_settings


def _work_in(context: typer.Context, var: Path | None) -> Path | None:
    """The folder's own packs count too; they are found by the environment, of this command alone."""
    if var is not None:
        context.with_resource(environment_of({"JIXIAO_VAR": str(var.resolve())}))
    return var


VarOption = Annotated[
    Path | None,
    typer.Option("--var", callback=_work_in, help="工作文件夹，默认取 JIXIAO_VAR 或 var。"),
]


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("register")(register_command)
    app.command("doctor")(doctor)
    app.command("backup")(backup)
    app.command("restore")(restore)


def serve(
    var: VarOption = None,
    port: Annotated[
        int | None, typer.Option("--port", help="网页端口；不填则用 4200，被占用时另选。")
    ] = None,
) -> None:
    """一条命令在本机跑起来：Prefect 服务、部署、自动化规则和执行器；按 Ctrl+C 结束。"""
    from flows.serve import serve as run

    run(load_settings(var), port, lambda text: console.print(text, soft_wrap=True))


def register_command(
    wait: Annotated[int, typer.Option("--wait", help="最多等服务多少秒。")] = 60,
) -> None:
    """在 PREFECT_API_URL 的服务上登记执行池、部署和自动化规则（单独部署服务时用）。"""
    from flows.serve import register_with

    names = register_with(wait)
    console.print(f"已登记 {len(names)} 个部署：{'、'.join(names)}", soft_wrap=True)
    var = load_settings().var
    # The machine of the Prefect server need not have the folder the work is done in.
    if var.is_dir():
        pin(var, remark)
    else:
        remark(f"本机没有工作文件夹 {var}，政策包没有固定。")


def doctor(
    var: VarOption = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")] = False,
    notify: Annotated[
        bool, typer.Option("--notify", help="有问题时直接告知运维渠道（供定时任务使用）。")
    ] = False,
) -> None:
    """体检：版本、服务、执行器、部署、自动化规则、数据库、渠道、磁盘，并说明怎么办。"""
    from flows.doctor import examine, notify_operators

    checks = examine(load_settings(var))
    wrong = [c for c in checks if not c.fine]
    told = notify_operators(wrong) if notify and wrong else ""
    if json:
        print_json([c.row() for c in checks])
    else:
        print_table("体检结果", [c.row() for c in checks])
        console.print(told or ("一切正常。" if not wrong else f"有 {len(wrong)} 处需要处理。"))
    raise typer.Exit(1 if wrong else 0)


def backup(
    file: Annotated[Path, typer.Argument(help="备份写到哪个文件，如 jixiao.tar。")],
    var: VarOption = None,
) -> None:
    """备份数据库、工作文件夹和政策包，带校验清单；不在里面的会说明。"""
    from jixiao.backup import backup as run

    made = run(load_settings(var), file)
    _print_moved(f"已备份到 {file}", made)


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件。")],
    var: VarOption = None,
) -> None:
    """把备份恢复到一个空的工作文件夹和空数据库；逐个核对校验和，有错就什么也不恢复。"""
    from jixiao.backup import restore as run

    settings = load_settings(var)
    made = run(settings, file)
    _print_moved(f"已恢复到 {settings.var}", made)


def _print_moved(what: str, made: Moved) -> None:
    for line in (f"{what}：{made.rows} 行数据，{made.files} 个文件。", *made.notes):
        console.print(line, soft_wrap=True, markup=False)
