"""The guide for those who fill in the forms, as one page that needs nothing beside it.

It is laid into every department's folder next to the workbook: there before the site is, and
readable without a network. The text is ``docs/department-guide.md``; its pictures are put into
the page.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from jixiao.installation.paths import docs_dir, template_dir
from jixiao.policy import Bureau

#: What the page is called in a department's folder.
NAME = "填报指南.html"


@lru_cache(maxsize=4)
def guide_page(year: int, bureau: Bureau) -> bytes:
    """The page (UTF-8 HTML) with the bureau's name and telephone; the same input, the same bytes.

    Raises:
        OSError: the guide or one of its pictures is not there.
    """
    environment = Environment(
        loader=FileSystemLoader(template_dir() / "guide"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
    )
    text = Markup(_html(docs_dir()))  # noqa: S704 - our own text; markup in it is not let through
    page = environment.get_template("guide.html.j2").render(year=year, bureau=bureau, text=text)
    return page.encode()


def _html(docs: Path) -> str:
    """The guide's Markdown as HTML, its pictures inside."""
    markdown = MarkdownIt("commonmark", {"html": False})
    # Only pictures of ours become data: the usual check lets no such address through.
    tokens = markdown.parse((docs / "department-guide.md").read_text(encoding="utf-8"))
    for token in (child for t in tokens for child in t.children or ()):
        if token.type == "image":
            token.attrs["src"] = _picture(docs / unquote(str(token.attrs["src"])))
    rendered: str = markdown.renderer.render(tokens, markdown.options, {})
    return rendered


def _picture(file: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
