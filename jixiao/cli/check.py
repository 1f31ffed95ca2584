"""Commands that look at files and rules, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jixiao.checking.evaluation_json import EvaluationOut, evaluation_out
from jixiao.cli.output import console, print_findings, print_json, print_table
from jixiao.errors import JixiaoError
from jixiao.library import audit as library_audit
from jixiao.library import load_pack, pack_for, read
from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Severity
from jixiao.policy import Pack
from jixiao.rules import catalogue, every_rule, find
from jixiao.rules.docs import render_markdown
from jixiao.rules.support.base import Rule
from jixiao.rules.support.fields import fields as rule_fields
from jixiao.rules.support.sources import RuleSource
from jixiao.values import as_json, parse
from jixiao.year import open_cycle, year_pack, years_with_packs
from jixiao.year.officer.try_rules import try_rules

YearOption = Annotated[
    int | None, typer.Option("--year", help="用哪一年的政策包，默认按文件内容判断。")
]
FilesArg = Annotated[
    list[Path], typer.Argument(help="工作簿、Word 报告、网页，或工作簿和 Word 报告的 zip。")
]
_SHOWN = 10  # unplaced texts a person is shown
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)
    app.command("explain")(explain)
    app.command("value")(value)
    app.command("rules")(rules)


def _evaluate(files: list[Path], year: int | None) -> tuple[Pack, Evaluation]:
    """The evaluation of the files under the pack of a year, else of the year they tell."""
    given = load_pack(year) if year is not None else None
    submission = read(files, given)
    pack = given or pack_for(submission)
    return pack, library_audit(submission, pack)


def audit(files: FilesArg, year: YearOption = None, json: JsonOption = False) -> None:
    """检查一份自评材料：重算得分，核对各表和文字（不用数据库）。"""
    pack, evaluation = _evaluate(files, year)
    out = evaluation_out(pack, evaluation)
    if json:
        print_json(out.model_dump())
    else:
        _print_evaluation(pack, evaluation, out)
    raise typer.Exit(0 if evaluation.clean else 1)


def _print_evaluation(pack: Pack, evaluation: Evaluation, out: EvaluationOut) -> None:
    print_table(
        f"{out.unit_name or '（未读到单位名称）'} {out.year or ''} 年度",
        [
            {
                "表": f"{t.form} {t.project or ''}".strip(),
                "印的分值": t.printed_weight or "—",
                "重算分值": t.computed_weight,
                "自评得分": t.printed_score or "—",
                "重算得分": t.computed_score,
                "等级": t.grade or "—",
            }
            for t in out.totals
        ],
    )
    print_findings(evaluation.findings)
    counts = "、".join(f"{s.chinese} {evaluation.count(s)}" for s in Severity)
    console.print(f"共 {counts}。依据 {pack.year} 年度政策包（版本 {pack.info.version}）。")
    if out.unplaced:
        console.print(
            f"另有 {len(out.unplaced)} 处内容没有找到所属的表（--json 的 unplaced 列出全部）："
        )
        for each in out.unplaced[:_SHOWN]:
            console.print(f"  {each.sheet} {each.cell}：{each.text[:60]}", markup=False)


def explain(
    file: Annotated[Path, typer.Argument(help="工作簿或 Word 报告。")],
    row: Annotated[str, typer.Argument(help="行名（可只写一部分）或得分单元格，如 附件3-1!H12。")],
    year: YearOption = None,
    json: JsonOption = False,
) -> None:
    """说明一行的得分是怎么算出来的：算式、评分规则和依据的文件。"""
    pack, evaluation = _evaluate([file], year)
    out = evaluation_out(pack, evaluation)
    found = [
        {
            "表": form.form,
            "项目": form.project or "",
            "位置": f"{form.sheet}!{r.cell or ''}",
            "行": r.name,
            "分值": r.weight or "—",
            "自评": r.claimed or "—",
            "重算": r.computed or "—",
            "算式": r.working or "—",
            "规则": r.rule or "—",
            "依据": r.source or "—",
        }
        for form in out.forms
        for r in form.rows
        if row in r.name or row in (r.cell, f"{form.sheet}!{r.cell}")
    ]
    if not found:
        names = "、".join(r.name for form in out.forms for r in form.rows[:12])
        raise JixiaoError(f"没有找到“{row}”。可以写行名的一部分，例如：{names[:200]}")
    if json:
        print_json(found)
        return
    for each in found:
        for name, text in each.items():
            console.print(f"{name}：{text}", markup=False)
        console.print()


def value(
    texts: Annotated[list[str], typer.Argument(help="指标值或完成值，如 61亿元以上。")],
    name: Annotated[str, typer.Option("--name", help="指标名称，单位可能写在里面。")] = "",
    json: JsonOption = False,
) -> None:
    """看看一个指标值会被读成什么。"""
    import json as json_module

    for text in texts:
        parsed = as_json(parse(text, name=name))
        if json:
            typer.echo(json_module.dumps(parsed, ensure_ascii=False))
        else:
            shown = "，".join(f"{k}={v}" for k, v in parsed.items() if v is not None)
            console.print(shown, markup=False)


def rules(
    code: Annotated[
        str | None,
        typer.Argument(help="规则代码或助记名，如 A03、weights-make-total；试规则时写年度。"),
    ] = None,
    json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="输出整本规则目录。")] = False,
    fields: Annotated[bool, typer.Option("--fields", help="列出自定规则可用的字段。")] = False,
    attempt: Annotated[
        Path | None, typer.Option("--try", help="试一份自定规则：会查出哪些单位，不保存任何结果。")
    ] = None,
    year: YearOption = None,
) -> None:
    """查看审核规则：为什么、举例、怎么改，依据什么。"""
    if markdown:
        typer.echo(render_markdown(), nl=False)
    elif attempt is not None:
        asked = code if code is not None and code.isdigit() else year
        _try(attempt, int(asked) if asked is not None else years_with_packs()[-1], json)
    elif fields:
        _fields(year, json)
    else:
        _rules(code, year, json)


def _rules(said: str | None, year: int | None, json: bool) -> None:
    known = list(catalogue().values())
    if years := [year] if year is not None else years_with_packs()[-1:]:
        known = every_rule(year_pack(years[0]).rules)
    if said is not None:
        chosen = find(said, known)
        if chosen is None:
            raise JixiaoError(f"没有规则 {said}。用 jixiao rules 查看全部。")
        known = [chosen]
    if json:
        print_json(
            [
                {**_row(rule), "助记名": rule.name, **rule.parts, "来源": _source(rule.source)}
                for rule in known
            ]
        )
    elif said is None:
        print_table("审核规则", [_row(rule) for rule in known])
    else:
        (rule,) = known
        shown = _row(rule) | rule.parts | {rule.source.label: rule.source.text}
        for name, value in shown.items():
            console.print(f"{name}：{value}", markup=False)


def _row(rule: Rule) -> dict[str, str]:
    return {
        "代码": rule.code,
        "助记名": rule.name or "（没有）",
        "名称": rule.title,
        "级别": rule.severity.chinese,
        "类别": rule.family,
    }


def _source(source: RuleSource) -> dict[str, str]:
    """What a rule stands on, field by field; 说明 is how the catalogue words it."""
    return {
        "可信度": source.confidence,
        "标题": source.title,
        "文号": source.number,
        "条款": source.article,
        "日期": source.date,
        "网址": source.address,
        "原文": source.quote,
        "说明": f"{source.label}：{source.text}",
    }


def _fields(year: int | None, json: bool) -> None:
    pack = year_pack(year if year is not None else years_with_packs()[-1])
    rows = [{"字段": use.name, "名称": pack.title(title)} for use, title in rule_fields(pack.forms)]
    if json:
        print_json(rows)
    else:
        print_table(f"{pack.year} 年度自定规则可用的字段", rows)


def _try(file: Path, year: int, json: bool) -> None:
    trial = try_rules(open_cycle(year), file)
    rows = [
        {
            "年度": str(hit.year),
            "单位": hit.name,
            "代码": hit.finding.code,
            "级别": hit.finding.severity.chinese,
            "问题": hit.finding.message,
        }
        for hit in trial.hits
    ]
    if json:
        print_json({"filings": trial.filings, "hits": rows})
        return
    if rows:
        print_table(f"试用 {file}", rows)
    looked = "、".join(f"{each} 年度 {count} 份" for each, count in trial.filings.items())
    units = len({(hit.year, hit.unit) for hit in trial.hits})
    console.print(f"看了{looked}报送，会查出 {units} 份、{len(rows)} 处。没有保存任何结果。")
