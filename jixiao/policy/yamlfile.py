"""YAML files read into pydantic models, with errors that name file, line and key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from jixiao.errors import PackError, reason
from jixiao.model.forms import Mistakes

M = TypeVar("M", bound=BaseModel)
Keys = tuple[str | int, ...]
#: A path of keys in checked data → the file it stands in, that file's nodes, and the path there.
Locate = Callable[[Keys], tuple[Path, yaml.Node | None, Keys]]


class _Loader(yaml.SafeLoader):
    """SafeLoader that leaves numbers and dates as written: 7.60 stays 7.60, codes stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag.rsplit(":", 1)[-1] not in {"float", "int", "timestamp"}
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> tuple[Any, yaml.Node | None]:
    """The file's data and its node tree (for line numbers).

    Raises:
        PackError: the file is missing, unreadable, not UTF-8, not YAML, or has a key twice.
    """
    text = _text(path)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            _no_key_twice(node, path)
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PackError(f"{path} 第 {line} 行：不是有效的 YAML：{_yaml_problem(error)}。") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise PackError(
            f"{path} 第 {line} 行：有看不见的控制字符（U+{ord(text[error.position]):04X}），请删去。"
        ) from None
    return data, node


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise PackError(f"找不到文件 {path}。请检查政策包是否完整。") from None
    except OSError as error:
        raise PackError(f"读不了文件 {path}：{reason(error)}。") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PackError(f"{path} 第 {line} 行：不是 UTF-8 编码。请另存为 UTF-8。") from None


def _yaml_problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    for words, chinese in _YAML_PROBLEMS.items():
        if words in problem:
            return chinese
    return f"写法不对（{problem}）"


_YAML_PROBLEMS = {
    r"'\t'": "行首缩进用了制表符，请改用空格",
    "mapping values are not allowed": "冒号的位置或缩进不对；文字里有冒号时请加引号",
    "could not find expected ':'": "这里少了冒号，或上一行的引号没有配对",
    "but found another document": "一个文件里只能写一份，请去掉 ---",
    "found undefined alias": "引用的锚点没有定义",
    "found unhashable key": "键应是文字",
    "could not determine a constructor": "不认识这个标签",
    "but found": "括号、引号没有配对，或缩进不一致",
    "found unexpected end of stream": "引号没有配对",
}


def load_model(path: Path, model: type[M]) -> M:
    """The file as a ``model``.

    Raises:
        PackError: one line per mistake, each with file, line and key.
    """
    data, node = read_yaml(path)
    return validated(data, model, lambda keys: (path, node, keys))


def validated(data: Any, model: type[M], locate: Locate) -> M:
    """The data of a file as a ``model``.

    Raises:
        PackError: one line per mistake, each with file, line and key.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [
            f"{at(*locate(keys))}：{text}"
            for item in error.errors(include_url=False)
            for keys, text in _mistakes(item, data)
        ]
        raise PackError("\n".join(lines)) from None


def place(path: Path, *keys: str | int) -> str:
    """File, line and key, for a mistake that shows only beside another file.

    Raises:
        PackError: see :func:`read_yaml`.
    """
    _, node = read_yaml(path)
    return at(path, node, keys)


def at(path: Path, node: yaml.Node | None, keys: Keys) -> str:
    """File, line and key."""
    key = ".".join(str(k) for k in keys) or "（整个文件）"
    return f"{path} 第 {_line(node, keys)} 行，{key}"


def _mistakes(item: Any, data: Any) -> Iterator[tuple[Keys, str]]:
    """Path and Chinese words of what pydantic found; our own validators may find several."""
    keys = _keys_in_data(item, data)
    raised = item.get("ctx", {}).get("error")
    if isinstance(raised, Mistakes):
        for path, text in raised.found:
            yield (*keys, *path), f"{text}。"
    else:
        yield keys, _chinese(item)


def _keys_in_data(item: Any, data: Any) -> Keys:
    """The path without what pydantic adds to it: the chosen union member (``table``), ``[key]``."""
    keys: list[str | int] = []
    loc = item["loc"]
    for place, key in enumerate(loc):
        found = inside(data, key)
        if found is not ABSENT:
            keys.append(key)
            data = found
        elif item["type"] == "missing" and place == len(loc) - 1:
            keys.append(key)
    if item["type"].startswith("union_tag"):
        keys.append(item["ctx"]["discriminator"].strip("'"))
    return tuple(keys)


ABSENT = object()


def inside(data: Any, key: str | int) -> Any:
    """What stands one key down, ``ABSENT`` where there is no such key."""
    if isinstance(data, dict):
        return next((value for name, value in data.items() if str(name) == str(key)), ABSENT)
    if isinstance(data, list) and isinstance(key, int) and key < len(data):
        return data[key]
    return ABSENT


def _step(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    """One key down: its line (from 1) and its value's node; ``None`` where there is no such key."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        value = node.value[key]
        return value.start_mark.line + 1, value
    return None


def _line(node: yaml.Node | None, keys: Keys) -> int:
    """Line (from 1) of the deepest node the path reaches."""
    line = 1
    for key in keys:
        found = _step(node, key)
        if found is None:
            break
        line, node = found
    return line


def _no_key_twice(node: yaml.Node | None, path: Path, visited: set[int] | None = None) -> None:
    """Every mapping once, however often it is referred to."""
    visited = set() if visited is None else visited
    if node is None or id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise PackError(
                        f"{path} 第 {key.start_mark.line + 1} 行，{key.value}：同一个键写了两次，请删去一个。"
                    )
                seen.add(key.value)
            _no_key_twice(value, path, visited)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _no_key_twice(value, path, visited)


_DATE = "应是日期，写作 2024-04-30。"
_LIST = "应是一个列表。"
_KEYS = "应是键和值。"
#: Pydantic's kind of error → what to say; ``{…}`` are the error's own limits.
_MESSAGES = {
    "missing": "缺少这一项，请补上。",
    "extra_forbidden": "没有这个键，请检查拼写。",
    "unexpected_keyword_argument": "没有这个键，请检查拼写。",
    "decimal_parsing": "应是一个数字。",
    "decimal_type": "应是一个数字。",
    "finite_number": "应是一个数字。",
    "int_parsing": "应是一个整数。",
    "int_type": "应是一个整数。",
    "int_from_float": "应是一个整数。",
    "int_parsing_size": "这个整数太大。",
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_parsing": _DATE,
    "date_type": _DATE,
    "bool_parsing": "应是 true 或 false。",
    "bool_type": "应是 true 或 false。",
    "string_type": "应是文字。",
    "string_too_short": "不能空着。",
    "string_pattern_mismatch": "写法不对，格式须符合 {pattern}。",
    "tuple_type": _LIST,
    "too_short": "至少要有 {min_length} 项。",
    "dict_type": _KEYS,
    "model_type": _KEYS,
    "dataclass_type": _KEYS,
    "model_attributes_type": _KEYS,
    "greater_than": "应大于 {gt}。",
    "greater_than_equal": "应不小于 {ge}。",
    "less_than": "应小于 {lt}。",
    "less_than_equal": "应不大于 {le}。",
    "union_tag_invalid": "“{tag}”不在允许的取值里：{expected_tags}。",
    "union_tag_not_found": "缺少这一项，请补上。",
}


def _chinese(item: Any) -> str:
    kind, given = item["type"], item.get("ctx", {})
    if kind == "value_error":
        return f"{given['error']}。"
    if kind in {"literal_error", "enum"}:
        allowed = given["expected"].replace(" or ", "、").replace(", ", "、").replace("'", "")
        return f"“{item['input']}”不在允许的取值里：{allowed}。"
    if kind in _MESSAGES:
        return _MESSAGES[kind].format(**given)
    return f"写法不对（{item['msg']}）。"
