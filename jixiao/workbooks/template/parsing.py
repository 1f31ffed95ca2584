"""A formula of ours as nested tuples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from jixiao.workbooks.template.unfit import UnfitError

Node = tuple[object, ...]

_TOKEN = re.compile(
    r'\s*(?:(?P<num>\d+(?:\.\d+)?)|(?P<str>"(?:[^"]|"")*")|(?P<name>[A-Z]+)(?=\()'
    r"|(?P<ref>\$?[A-Z]{1,3}\$?\d+)(?![!A-Za-z(])|(?P<op><>|<=|>=|[-+*/&=<>(),:]))"
)
_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"))


@lru_cache(maxsize=1024)
def parse(text: str) -> Node:
    """The formula as nested tuples.

    Raises:
        UnfitError: it holds anything but cells of its own sheet, figures, texts and calls.
    """
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise UnfitError
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    parser = _Parser(tokens)
    node = parser.expression(0)
    if parser.at != len(tokens):
        raise UnfitError
    return node


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def _next(self, *wanted: str) -> str | None:
        """The next token if it is one of these operators."""
        if self.at < len(self.tokens):
            kind, text = self.tokens[self.at]
            if kind == "op" and text in wanted:
                self.at += 1
                return text
        return None

    def expression(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._operand()
        left = self.expression(level + 1)
        while (sign := self._next(*_LEVELS[level])) is not None:
            left = ("op", sign, left, self.expression(level + 1))
        return left

    def _operand(self) -> Node:
        if self._next("-"):
            return ("op", "-", ("value", Decimal(0)), self._operand())
        if self._next("("):
            inner = self.expression(0)
            self._close()
            return inner
        if self.at >= len(self.tokens):
            raise UnfitError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "num":
            return ("value", Decimal(text))
        if kind == "str":
            return ("value", text[1:-1].replace('""', '"'))
        if kind == "ref":
            ref = text.replace("$", "")
            if self._next(":") is None:
                return ("ref", ref)
            end_kind, end = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
            self.at += 1
            if end_kind != "ref":
                raise UnfitError
            return ("range", ref, end.replace("$", ""))
        if kind == "name":
            self._next("(")
            arguments: list[Node] = []
            while not self._next(")"):
                arguments.append(self.expression(0))
                if self._next(",") is None:
                    self._close()
                    break
            return ("call", text, *arguments)
        raise UnfitError

    def _close(self) -> None:
        if self._next(")") is None:
            raise UnfitError


def area(first: str, last: str) -> Iterator[str]:
    """The cells from one corner to the other, of single-letter columns."""
    left, top, right, bottom = first[0], int(first[1:]), last[0], int(last[1:])
    for row in range(top, bottom + 1):
        for column in range(ord(left), ord(right) + 1):
            yield f"{chr(column)}{row}"


def cells_of(node: Node) -> Iterator[str]:
    match node:
        case ("ref", str(ref)):
            yield ref
        case ("range", str(first), str(last)):
            yield from area(first, last)
        case (_, *parts):
            for part in parts:
                if isinstance(part, tuple):
                    yield from cells_of(part)
