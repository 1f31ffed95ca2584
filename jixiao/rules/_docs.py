"""The catalogue as a page: what every rule finds, why, an example and how to put it right."""

from __future__ import annotations

from jixiao.rules import catalogue
from jixiao.rules.base import FAMILIES, Rule

_HEAD = """# 审核规则

本页由规则目录生成（`jixiao rules` 显示的是同一份内容），不要手工修改。

- **错误**：必须改正，或由审核人员豁免；有错误的报送会退回。
- **警告**：必须说明。
- **提示**：提醒，不影响通过。

每年的严重程度、开关和参数可以在政策包的 `rules.yaml` 里调整；参数一列是默认值。规则编号停用后不再给别的规则使用。
"""


def render_markdown() -> str:
    """``docs/rules.md``: an overview table, then every rule by family."""
    rules = list(catalogue().values())
    lines = [_HEAD, f"共 {len(rules)} 条规则。", "", "| 编号 | 规则 | 默认 |", "|--|--|--|"]
    lines += [
        f"| [{rule.code}](#{rule.code.lower()}) | {rule.title} | {rule.severity.chinese} |"
        for rule in rules
    ]
    for letter, family in FAMILIES.items():
        own = [rule for rule in rules if rule.code[0] == letter]
        if own:
            lines += ["", f"## {letter} {family}"]
            for rule in own:
                lines += ["", *_entry(rule)]
    return "\n".join(lines) + "\n"


def _entry(rule: Rule) -> list[str]:
    years = f"自 {rule.since} 年度起" + (f"，至 {rule.until} 年度止" if rule.until else "")
    facts = [f"默认：{rule.severity.chinese}", years]
    if rule.preview:
        facts.append("试行（只提醒，不退回）")
    lines = [
        f'### <a id="{rule.code.lower()}"></a>{rule.code} {rule.title}',
        "",
        "；".join(facts) + "。",
    ]
    for name, text in rule.parts.items():
        lines += ["", f"**{name}**：{text}"]
    if rule.params:
        params = "；".join(f"`{name}` = {value}" for name, value in rule.params.items())
        lines += ["", f"参数：{params}"]
    return lines
