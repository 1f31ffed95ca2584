"""``jixiao pack upgrade``: what the program ships otherwise than is pinned here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jixiao.cli.ops import VarOption
from jixiao.cli.output import console
from jixiao.errors import JixiaoError
from jixiao.installation.paths import shipped_config_dir, years_in
from jixiao.installation.pinned import pinned_config, which_packs
from jixiao.policy import formats
from jixiao.year.officer.pack_upgrade import FileChange, Standing, YearPlan, plan, take_over

_STANDING = {
    Standing.PROGRAM: "本级没有改过",
    Standing.BOTH: "本级改过，不接管，请对照自己改",
    Standing.UNKNOWN: "没有固定时的记录，不知本级是否改过，不接管，请对照自己改",
}
_KINDS = {
    "changed": "",
    "new": "，新增的文件",
    "gone": "，程序不再附带的文件",
    "deleted": "，本级已删去的文件",
}


def upgrade(
    years: Annotated[list[int] | None, typer.Argument(help="年度；不填则程序附带的全部。")] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="接管本级没有改过的文件，加入新的年度；先存一份原来的。")
    ] = False,
    var: VarOption = None,
) -> None:
    """比较固定的政策包与本程序附带的；不加 --apply 什么都不改。

    退出码：0 没有差别，1 还有差别，2 读不了。
    """
    config = pinned_config()
    if config is None:
        _say(f"现在用的政策包是 {which_packs()}。没有固定的政策包，没有可升级的。")
        return
    plans = [plan(config, year) for year in _chosen(years, config)]
    for each in plans:
        _print(each)
    if apply:
        for each in plans:
            _apply(config, each)
        plans = [plan(config, each.year) for each in plans]
    elif any(each.state == "new" or each.takes for each in plans):
        _say("运行 jixiao pack upgrade --apply，接管可以接管的；写之前会把原来的文件夹另存一份。")
    raise typer.Exit(1 if any(each.differs for each in plans) else 0)


def _chosen(years: list[int] | None, config: Path) -> list[int]:
    shipped, pinned = years_in(shipped_config_dir()), years_in(config)
    for year in years or ():
        if year not in shipped and year not in pinned:
            raise JixiaoError(f"没有 {year} 年度的政策包，请检查年度。")
        if year not in shipped:
            _say(f"{year} 年度：本程序不附带，由本级自己管理，没有可升级的。")
    return [year for year in shipped if not years or year in years]


def _print(plan: YearPlan) -> None:
    if plan.state != "here":
        how = "新的年度，本程序附带，这里还没有" if plan.state == "new" else "本级已经删去，不处理"
        _say(f"{plan.year} 年度：{how}。")
        return
    _say(f"{plan.year} 年度：{'' if plan.differs else '没有差别。'}")
    ours, theirs = plan.formats
    if ours < formats.FORMAT:
        _say(f"  格式：写的是 {ours}，装入时自动换算到 {formats.FORMAT}，不必改文件。")
    if plan.whole:
        how = "一起接管" if plan.takes else "有本级改过的，一个都不接管"
        _say(f"  格式：附带的已改写为 {theirs}；两种格式的文件不能混放，{how}。")
    for file in plan.files:
        if file.differs:
            _print_file(file)
    own = [file.name for file in plan.files if file.standing is Standing.BUREAU]
    if own:
        _say(f"  只有本级改过、程序没有变的，不必处理：{'、'.join(own)}")


def _print_file(file: FileChange) -> None:
    _say(f"  {file.name}（{_STANDING[file.standing]}{_KINDS[file.kind]}）")
    for change in file.changes:
        _say(f"    {change.said()}")


def _apply(config: Path, plan: YearPlan) -> None:
    applied = take_over(config, plan)
    if applied.refused:
        _say(f"{plan.year} 年度：没有接管，因为接管以后政策包会有错误，请先改正：")
        _say(applied.refused)
        return
    if applied.taken and plan.state == "new":
        _say(f"{plan.year} 年度：已加入 {config / str(plan.year)}。")
    elif applied.taken:
        _say(f"{plan.year} 年度：已接管 {'、'.join(applied.taken)}；原来的存于 {applied.before}。")
    left = [f.name for f in plan.files if f.differs and f.name not in applied.taken]
    if left:
        _say(f"{plan.year} 年度：没有接管 {'、'.join(left)}。")


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
