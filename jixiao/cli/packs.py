"""Commands about policy packs."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from jixiao.checking.evaluation_json import EvaluationOut
from jixiao.cli.output import console, print_json
from jixiao.cli.pack_upgrade import upgrade
from jixiao.errors import PackError
from jixiao.installation import signing
from jixiao.model.forms import Form
from jixiao.policy import Calendar, Channels, PackInfo, Roster, RulesPolicy, ScoringPolicy
from jixiao.policy.forms_doc import render_markdown
from jixiao.policy.schedule import calendar_warnings
from jixiao.year import year_pack, years_with_packs

#: The model behind each file of a pack, and the output other programs rely on.
SCHEMAS: dict[str, type[BaseModel]] = {
    "pack": PackInfo,
    "calendar": Calendar,
    "form": Form,
    "scoring": ScoringPolicy,
    "rules": RulesPolicy,
    "departments": Roster,
    "channels": Channels,
    "evaluation": EvaluationOut,
}


def register(app: typer.Typer) -> None:
    pack = typer.Typer(
        help="政策包：检查，升级，写出表样说明和 JSON Schema。", no_args_is_help=True
    )
    pack.command("check")(check)
    pack.command("upgrade")(upgrade)
    pack.command("schemas")(schemas)
    pack.command("forms")(forms)
    app.add_typer(pack, name="pack")


def check(
    years: Annotated[list[int] | None, typer.Argument(help="年度；不填则全部。")] = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
) -> None:
    """检查政策包：每处错误都写明文件、行和键。"""
    chosen = years or years_with_packs()
    results: dict[int, list[str]] = {}
    notes: dict[int, list[str]] = {}
    for year in chosen:
        try:
            notes[year] = calendar_warnings(year_pack(year).calendar)
            results[year] = []
        except PackError as error:
            results[year] = error.message.splitlines()
    if json:
        print_json(results)
    else:
        for year, problems in results.items():
            console.print(f"{year} 年度政策包：{'没有问题' if not problems else ''}")
            for problem in problems:
                console.print(f"  {problem}", markup=False, soft_wrap=True)
            for note in notes.get(year, ()):
                console.print(f"  注意：{note}", markup=False, soft_wrap=True)
        unsigned = signing.problem()
        if unsigned is not None:
            console.print(f"注意：{unsigned}", markup=False, soft_wrap=True)
        if not results:
            console.print("没有任何政策包。请检查 config 文件夹。")
    raise typer.Exit(2 if any(results.values()) or not results else 0)


def forms(year: Annotated[int, typer.Argument(help="年度。")]) -> None:
    """把一年的表样写成一篇说明（Markdown）。"""
    typer.echo(render_markdown(year_pack(year)), nl=False)


def schemas(folder: Annotated[Path, typer.Argument(help="写到哪个文件夹。")]) -> None:
    """写出各文件的 JSON Schema，编辑器可据此补全和检查。"""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files().items():
        (folder / name).write_text(text, encoding="utf-8")
    console.print(f"已写出 {len(SCHEMAS)} 个文件到 {folder}。")


def schema_files() -> dict[str, str]:
    """File name and text of every published JSON Schema."""
    return {
        f"{name}.schema.json": json_module.dumps(
            model.model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True
        )
        + "\n"
        for name, model in SCHEMAS.items()
    }
