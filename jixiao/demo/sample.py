"""Filings as data, and the script of the demonstration year.

A filing as a YAML file says what a department handed in, character by character; it feeds the
demonstration, the tests and the golden files. :func:`load_filing` answers with the same
:class:`~jixiao.model.submission.Submission` the workbook reader makes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, model_validator

from jixiao.errors import PackError
from jixiao.model.forms import Form, IndicatorsSection, Model, NarrativeSection, Scope, TableSection
from jixiao.model.submission import Cell, FormData, GroupHeader, IndicatorRow, Paragraph, Submission
from jixiao.policy.yamlfile import load_model

# Order of the values in an indicator line of a filing.
INDICATOR_LINE = (
    "level1",
    "level2",
    "name",
    "target",
    "actual",
    "weight",
    "score",
    "explanation",
)


def load_filing(path: Path, forms: Mapping[str, Form]) -> Submission:
    """The filing in ``path``, every scalar as text exactly as it is written there.

    Cells carry the sheet (the form's id, for a project form ``附件3-1``, ``附件3-2``… in file
    order) and no cell address; paragraphs carry ``第N段``.

    Args:
        path: the YAML file.
        forms: the year's forms by id.

    Raises:
        PackError: the file is missing or not YAML, or names a form, section, row or column
            that does not exist; the text names file and key.
    """
    return _Reader(path).submission(_read(path), forms)


class _TextLoader(yaml.BaseLoader):
    """Leaves every scalar as it is written; a key written twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"键“{key.value}”写了两次", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read(path: Path) -> Any:
    try:
        # Safe: the loader makes nothing but text, lists and mappings.
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_TextLoader)  # noqa: S506
    except FileNotFoundError:
        raise PackError(f"找不到文件 {path}。请检查文件名。") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PackError(f"读不了文件 {path}：{error}。请另存为 UTF-8 编码的 YAML。") from None


class _Reader:
    """Reads one file; keeps its name for the error messages."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def wrong(self, key: str, what: str) -> PackError:
        return PackError(f"{self.path}，{key}：{what}。")

    def mapping(self, data: Any, key: str, allowed: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise self.wrong(key, "应是键和值")
        for name in data:
            if allowed is not None and name not in allowed:
                raise self.wrong(f"{key}.{name}", "没有这个键，请检查拼写")
        return data

    def items(self, data: Any, key: str) -> list[Any]:
        if not isinstance(data, list):
            raise self.wrong(key, "应是一个列表")
        return data

    def text(self, data: Any, key: str) -> str:
        if not isinstance(data, str):
            raise self.wrong(key, "应是文字或数字")
        return data

    def submission(self, data: Any, forms: Mapping[str, Form]) -> Submission:
        top = self.mapping(data, "（整个文件）", {"unit", "name", "year", "forms"})
        missing = [key for key in ("unit", "name", "year", "forms") if key not in top]
        if missing:
            raise self.wrong("、".join(missing), "缺少这一项，请补上")
        year = self.text(top["year"], "year")
        if not year.isascii() or not year.isdigit():
            raise self.wrong("year", f"应是年度，现为“{year}”")
        filed = self.mapping(top["forms"], "forms", set(forms))
        return Submission(
            year=int(year),
            unit_code=self.text(top["unit"], "unit"),
            unit_name=self.text(top["name"], "name"),
            forms=[
                copy for id, content in filed.items() for copy in self.copies(content, forms[id])
            ],
        )

    def copies(self, content: Any, form: Form) -> Iterator[FormData]:
        """The filled copies of one form: one for a department form, one a project else."""
        key = f"forms.{form.id}"
        if form.scope is Scope.DEPARTMENT:
            yield self.filled(content, form, FormData(form.id, form.id, form.title), key)
            return
        for number, item in enumerate(self.items(content, key), 1):
            where = f"{key}[{number}]"
            project = self.text(self.mapping(item, where).get("project"), f"{where}.project")
            data = FormData(form.id, f"{form.id}-{number}", form.title, project)
            self.filled({k: v for k, v in item.items() if k != "project"}, form, data, where)
            self._name_project(form, data)
            yield data

    def _name_project(self, form: Form, data: FormData) -> None:
        """The identity cell of a project form says the project's name unless the file does."""
        identity = form.role("identity")
        if identity is not None and any(row.id == "project" for row in identity.rows):
            address = f"{identity.id}.project.value"
            data.cells.setdefault(address, Cell(data.project or "", data.sheet))

    def filled(self, content: Any, form: Form, data: FormData, key: str) -> FormData:
        narrative = form.narrative
        if narrative is not None and isinstance(content, list):
            data.paragraphs = list(self.paragraphs(content, narrative, data.sheet, key))
            return data
        parts = self.mapping(content, key)
        tables = {table.id: table for table in form.tables()}
        for name, part in parts.items():
            where = f"{key}.{name}"
            if name == "title":
                data.title = self.text(part, where)
            elif name in tables:
                self.table(part, tables[name], data, where)
            elif narrative is not None and name == "text":
                data.paragraphs = list(self.paragraphs(part, narrative, data.sheet, where))
            elif form.indicators is not None and name in {"groups", "indicators", "total"}:
                self.indicators(part, name, form.indicators, data, where)
            else:
                raise self.wrong(where, f"{form.id}没有这个表段，请检查拼写")
        return data

    def table(self, part: Any, table: TableSection, data: FormData, key: str) -> None:
        rows = {row.id: row for row in table.rows}
        columns = {column.id for column in table.columns}
        for id, content in self.mapping(part, key, set(rows)).items():
            address = f"{table.id}.{id}"
            if not rows[id].repeat:
                self.row(content, columns, data, address, f"{key}.{id}")
                continue
            for number, line in enumerate(self.items(content, f"{key}.{id}"), 1):
                where = f"{key}.{id}[{number}]"
                line = dict(self.mapping(line, where))
                label = self.text(line.pop("label", None), f"{where}.label")
                data.labels[f"{address}[{number}]"] = Cell(label, data.sheet)
                self.row(line, columns, data, f"{address}[{number}]", where)

    def row(self, content: Any, columns: set[str], data: FormData, address: str, key: str) -> None:
        for column, value in self.mapping(content, key, columns).items():
            data.cells[f"{address}.{column}"] = Cell(
                self.text(value, f"{key}.{column}"), data.sheet
            )

    def indicators(
        self, part: Any, name: str, section: IndicatorsSection, data: FormData, key: str
    ) -> None:
        if name == "total":
            total = self.mapping(part, key, {"weight", "score"})
            data.total_weight = Cell(self.text(total.get("weight", ""), key), data.sheet)
            data.total_score = Cell(self.text(total.get("score", ""), key), data.sheet)
        elif name == "groups":
            known = {group.title for group in section.groups}
            for title, points in self.mapping(part, key, known).items():
                printed = f"{title}（{self.text(points, f'{key}.{title}')}分）"
                data.groups.append(GroupHeader(title, points, Cell(printed, data.sheet)))
        else:
            for number, line in enumerate(self.items(part, key), 1):
                data.indicators.append(self.indicator(line, data.sheet, f"{key}[{number}]"))

    def indicator(self, line: Any, sheet: str, key: str) -> IndicatorRow:
        values = [self.text(value, key) for value in self.items(line, key)]
        if len(values) != len(INDICATOR_LINE):
            raise self.wrong(key, f"一行指标应有 {len(INDICATOR_LINE)} 项，现有 {len(values)} 项")
        level1, level2, *rest = values
        return IndicatorRow(level1, level2, *(Cell(text, sheet) for text in rest))

    def paragraphs(
        self, lines: Any, section: NarrativeSection, sheet: str, key: str
    ) -> Iterator[Paragraph]:
        """Headings and text in order; text belongs to the innermost known heading above it."""
        above: list[tuple[int, str]] = []
        for number, line in enumerate(self.items(lines, key), 1):
            text = self.text(line, f"{key}[{number}]")
            marks = re.match(r"#{1,3} ", text)
            level = len(marks[0]) - 1 if marks else 0
            heading = None
            if marks:
                text = text[marks.end() :]
                heading = heading_id(section, text)
                above = [known for known in above if known[0] < level]
                if heading is not None:
                    above.append((level, heading))
            yield Paragraph(
                text, sheet, f"第{number}段", above[-1][1] if above else "", heading, level
            )


_NUMBER = re.compile(
    r"^(?:\((?:[一二三四五六七八九十]+|\d+)\)|(?:[一二三四五六七八九十]+|\d+)[、.)])"
)


def heading_id(section: NarrativeSection, text: str) -> str | None:
    """Id of the form's heading that ``text`` is, ``None`` if it is none of them.

    The number and what follows the first comma, colon or full stop do not count: people number
    wrongly and add explanations, and the title is what stays.
    """
    title = _title(text)
    for heading in section.walk():
        if title in {_title(name) for name in (heading.title, *heading.aliases)}:
            return heading.id
    return None


def _title(text: str) -> str:
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return re.split(r"[,:;。]", _NUMBER.sub("", plain), maxsplit=1)[0]


class Deed(StrEnum):
    """What somebody does on a day of the demonstration."""

    TARGETS_PROPOSAL = "targets_proposal"  # the department proposes its targets
    APPROVE = "approve"  # a named officer approves the proposed targets
    FILING = "filing"  # the department hands in its filing
    WRONG_FILE = "wrong_file"  # the department hands in something that is no filing
    CORRECT = "correct"  # the department hands in its filing again after a return


class Step(Model):
    """One step of the demonstration; ``file`` is relative to the script's folder."""

    date: date
    do: Deed
    unit: str = Field(description="单位代码")
    file: str = Field("", description="送来的内容，相对剧本所在文件夹")
    name: str = Field("", description="经办人给文件起的名字")
    officer: str = Field("", description="批复人姓名，只用于批复")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.do is Deed.APPROVE:
            if not self.officer or self.file or self.name:
                raise ValueError(f"{self.date} 的批复应写批复人，不写文件")
        elif not self.file or not self.name or self.officer:
            raise ValueError(f"{self.date} 的报送应写文件和文件名，不写批复人")
        return self


class Script(Model):
    """Who does what on which day of the demonstration, in order of time."""

    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if after.date < before.date:
                raise ValueError(f"{after.date} 的一步写在 {before.date} 之后，请按日期先后排列")
        return self


def load_script(path: Path) -> Script:
    """The demonstration's script.

    Raises:
        PackError: the script is malformed, or names a file that is not there.
    """
    script = load_model(path, Script)
    for step in script.steps:
        if step.file and not (path.parent / step.file).is_file():
            raise PackError(f"{path}，{step.date}：找不到文件 {step.file}。请检查文件名。")
    return script
