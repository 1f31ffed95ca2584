"""The links of a run's results: people's text stays text, an address cannot end its link."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tasks.artifacts import _link

MARKUP = st.text(alphabet="甲a1[]()<>*_`!|#~&\\ \n;/:\"'", min_size=1, max_size=30)


def read(line: str) -> tuple[list[str], str]:
    """Where the links of a line lead, and all its text."""
    (inline,) = (t for t in MarkdownIt().parse(line) if t.type == "inline")
    assert inline.children is not None
    links = [str(t.attrs["href"]) for t in inline.children if t.type == "link_open"]
    kinds = {t.type for t in inline.children} - {"link_open", "link_close", "text", "text_special"}
    assert kinds == set(), kinds
    return links, "".join(t.content for t in inline.children)


@settings(deadline=None)
@given(MARKUP.filter(str.strip), MARKUP.filter(str.strip), MARKUP)
def test_one_link_and_nothing_but_text(unit: str, did: str, place: str) -> None:
    links, said = read(
        _link({"单位": unit, "结果": did, "文件": f"https://jixiao.example/{place}"})
    )
    assert len(links) == 1
    assert links[0].startswith("https://jixiao.example/")
    assert said == f"{' '.join(unit.split())} {' '.join(did.split())}"


def test_a_chinese_file_name_can_be_opened() -> None:
    row = {"单位": "星河图书馆", "结果": "已下达", "文件": "https://jixiao.example/星河 (1).xlsx"}
    assert _link(row) == (
        "- [星河图书馆](<https://jixiao.example/%E6%98%9F%E6%B2%B3%20%281%29.xlsx>) 已下达"
    )
