"""D01: a heading is followed by text."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.forms import Heading
from jixiao.model.submission import Paragraph
from jixiao.rules.support.base import Draft, Facts, rule
from jixiao.rules.support.cells import title_of
from jixiao.rules.support.sources import FORMS


@rule(
    "D01",
    "只有标题没有内容",
    Severity.ERROR,
    name="headings-have-text",
    source=FORMS.at("自评报告正文和附件7 的提纲"),
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：问题、改进措施、结果应用是自评报告的要点，只留标题等于没有写。
    举例：七、八、九三部分只有标题，下面没有一句话。
    怎么改：在列出的标题下补写内容；确实没有的写明“无”和原因。
    """
    for data in facts.submission.forms:
        section = facts.forms[data.form].narrative
        if section is None or not data.paragraphs:
            continue
        written = {
            p.section if p.heading is None else p.heading
            for p in data.paragraphs
            if (p.text.strip() if p.heading is None else _says_more(p.text))
        }
        own = {p.heading: p for p in reversed(data.paragraphs) if p.heading is not None}
        empty = [p for heading in section.headings for p in _empty(heading, written, own)]
        if not empty:
            continue
        names = "、".join(f"“{p.text.strip()}”" for p in empty)
        yield Draft(
            message=f"{title_of(facts, data)}有 {len(empty)} 个标题下没有内容：{names}。",
            where=tuple(facts.place(data, p, p.text.strip()) for p in empty),
            found="（空白）",
            expected="标题下有文字",
            difference=f"{len(empty)} 处",
            remedy="在列出的标题下补写内容；确实没有的写明“无”和原因。",
        )


def headings_within(heading: Heading) -> set[str]:
    """Ids of a heading and of all under it."""
    return {heading.id}.union(*(headings_within(child) for child in heading.children))


def _empty(heading: Heading, written: set[str], own: dict[str, Paragraph]) -> Iterator[Paragraph]:
    """The heading's own paragraph if nothing stands under it, else its empty sub-headings.

    Args:
        written: ids of headings with text directly under them.
        own: the paragraph that is a heading, by the heading's id.
    """
    if heading.id in own and not headings_within(heading) & written:
        if heading.required:
            yield own[heading.id]
        return
    for child in heading.children:
        yield from _empty(child, written, own)


def _says_more(text: str) -> bool:
    """A heading and its text in one paragraph: long, and a sentence."""
    return len(text.strip()) > 30 and text.strip()[-1] in "。；;"
