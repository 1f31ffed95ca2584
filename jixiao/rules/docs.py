"""The catalogue as a page: what every rule finds, why, an example, how to mend it, its source."""

from __future__ import annotations

from jixiao.rules import catalogue
from jixiao.rules.support.base import FAMILIES, Rule

_HEAD = """# 审核规则

本页由规则目录生成（`jixiao rules` 显示的是同一份内容），不要手工修改。

- **错误**：必须改正，或由审核人员豁免；有错误的报送会退回。
- **警告**：必须说明。
- **提示**：提醒，不影响通过。

每年的严重程度、开关和参数可以在政策包的 `rules.yaml` 里调整；参数一列是默认值。规则编号停用后不再给别的规则使用。

每条规则另有一个英文助记名，命令行里要写编号的地方也可以写它：`jixiao rules weights-make-total`。
助记名一经发布就不再更改，停用后也不再给别的规则使用。`rules.yaml` 里只写编号。

规则凭什么：

- **依据**：在公开的表样、标准或在用的系统里见过，写明见于哪里。
- **来源：本系统默认，未核对原文**：按一般了解设定，手头没有原文，不作为依据引用；采用前请本级核定，不适用的可以关闭。
- **来源：本系统的勾稽要求，不引用文件**：同一份报送里的数和话应当对得上，不需要文件规定。
"""


def render_markdown() -> str:
    """``docs/rules.md``: an overview table, then every rule by family."""
    rules = list(catalogue().values())
    lines = [_HEAD, f"共 {len(rules)} 条规则。", "", "| 编号 | 助记名 | 规则 | 默认 |"]
    lines.append("|--|--|--|--|")
    lines += [
        f"| [{rule.code}](#{rule.code.lower()}) | `{rule.name}` | {rule.title} "
        f"| {rule.severity.chinese} |"
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
    facts = [f"助记名：`{rule.name}`", f"默认：{rule.severity.chinese}", years]
    if rule.preview:
        facts.append("试行（只提醒，不退回）")
    lines = [
        f'### <a id="{rule.code.lower()}"></a>{rule.code} {rule.title}',
        "",
        "；".join(facts) + "。",
    ]
    for name, text in rule.parts.items():
        lines += ["", f"**{name}**：{text}"]
    lines += ["", f"**{rule.source.label}**：{rule.source.text}。"]
    if rule.params:
        params = "；".join(f"`{name}` = {value}" for name, value in rule.params.items())
        lines += ["", f"参数：{params}"]
    return lines
