"""The little language of the rules that officials write: named fields and arithmetic.

``sum(附件1.spending.project.final) - 附件1.spending.special.final``. What is not on the list
below is refused before anything is compiled, and literals are Decimal; so an expression can
neither reach outside nor run away.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import CodeType

LONGEST = 400  # characters
MOST_PARTS = 80  # nodes of the expression

#: Inside these a repeated row stands for all its repeats; ``total`` adds up all projects too.
GATHERING = {"sum": "each", "min": "each", "max": "each", "total": "all"}
_FUNCTIONS = ("sum", "total", "min", "max", "abs")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_LITERAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,10})?")

Values = Decimal | tuple[Decimal, ...]


class ExpressionError(ValueError):
    """What is wrong with an expression, in a Chinese sentence without the full stop."""


@dataclass(frozen=True, slots=True)
class Use:
    """A field as an expression uses it.

    Attributes:
        form, section, row, column: the field's name ``附件1.spending.three_public.final``.
        how: ``one`` figure, ``each`` repeat of the row, or ``all`` projects' figures.
    """

    form: str
    section: str
    row: str
    column: str
    how: str = "one"

    @property
    def name(self) -> str:
        return f"{self.form}.{self.section}.{self.row}.{self.column}"

    @property
    def address(self) -> str:
        return f"{self.section}.{self.row}.{self.column}"


@dataclass(frozen=True)
class Expression:
    """A compiled expression and the fields it asks for, in the order they stand in it."""

    text: str
    uses: tuple[Use, ...]
    code: CodeType
    literals: Mapping[str, Decimal]

    def value(self, figures: Mapping[Use, Values]) -> Decimal:
        """The expression's value.

        Args:
            figures: a figure for every ``one`` use, a tuple for every other.

        Raises:
            ArithmeticError: a division by zero, or a number beyond all bounds.
        """
        given: dict[str, object] = {f"v{n}": figures[use] for n, use in enumerate(self.uses)}
        space = {"__builtins__": {}, **_CALLS, **self.literals}
        result: Decimal = eval(self.code, space, given)  # noqa: S307 - built from the list below
        return result


@lru_cache(maxsize=512)
def compile_expression(text: str) -> Expression:
    """The expression, compiled; full-width signs are taken as their plain ones.

    Raises:
        ExpressionError: it holds something that is not allowed.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise ExpressionError("算式不能空着")
    if len(plain) > LONGEST:
        raise ExpressionError(f"算式太长，最多 {LONGEST} 个字符")
    try:
        tree = ast.parse(plain, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(
            f"算式“{text}”写法不对，请检查括号和运算符，字段写作 表.表段.行.列"
        ) from None
    if sum(1 for _ in ast.walk(tree)) > MOST_PARTS * 4:
        raise ExpressionError(f"算式太复杂，最多 {MOST_PARTS} 个部分，请拆成几条规则")
    builder = _Builder(plain)
    body = builder.build(tree.body, "one")
    if builder.parts > MOST_PARTS:
        raise ExpressionError(f"算式太复杂，最多 {MOST_PARTS} 个部分，请拆成几条规则")
    checked = ast.fix_missing_locations(ast.Expression(body))
    code = compile(checked, "<rules.yaml>", "eval")
    return Expression(plain, tuple(builder.uses), code, builder.literals)


class _Builder:
    """Copies an expression node by node; a node it has no words for is refused."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.uses: list[Use] = []
        self.literals: dict[str, Decimal] = {}
        self.parts = 0

    def build(self, node: ast.expr, how: str) -> ast.expr:
        self.parts += 1
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
            left, right = self.build(node.left, "one"), self.build(node.right, "one")
            return ast.BinOp(left, node.op, right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return ast.UnaryOp(node.op, self.build(node.operand, "one"))
        if isinstance(node, ast.Constant):
            return self._literal(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Attribute | ast.Name):
            return self._field(node, how)
        raise ExpressionError(
            f"“{self._words(node)}”不能用在算式里，只能用字段、数字、加减乘除、括号和"
            f" {'、'.join(_FUNCTIONS)}"
        )

    def _words(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.text, node) or self.text

    def _literal(self, node: ast.Constant) -> ast.expr:
        words = self._words(node)
        if not _LITERAL.fullmatch(words):
            raise ExpressionError(f"“{words}”不是普通的数字，数字写作 100 或 0.05")
        name = f"c{len(self.literals)}"
        self.literals[name] = Decimal(words)
        return ast.Name(name, ast.Load())

    def _call(self, node: ast.Call) -> ast.expr:
        name = node.func.id if isinstance(node.func, ast.Name) else self._words(node.func)
        if name not in _FUNCTIONS:
            raise ExpressionError(f"没有函数“{name}”，可用的是 {'、'.join(_FUNCTIONS)}")
        if node.keywords or not node.args or (name == "abs" and len(node.args) != 1):
            raise ExpressionError(f"“{self._words(node)}”的括号里应写字段或数字，用逗号隔开")
        how = GATHERING.get(name, "one")
        arguments = [self.build(argument, how) for argument in node.args]
        return ast.Call(ast.Name(f"f_{name}", ast.Load()), arguments, [])

    def _field(self, node: ast.Attribute | ast.Name, how: str) -> ast.expr:
        names: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name) or len(names) != 3:
            raise ExpressionError(
                f"“{self._words(node)}”不是字段，字段写作 表.表段.行.列，"
                "例如 附件1.spending.three_public.final"
            )
        column, row, section = names
        use = Use(inner.id, section, row, column, how)
        if use not in self.uses:
            self.uses.append(use)
        return ast.Name(f"v{self.uses.index(use)}", ast.Load())


def _flat(given: Iterable[Values]) -> list[Decimal]:
    return [f for each in given for f in (each if isinstance(each, tuple) else (each,))]


def _sum(*given: Values) -> Decimal:
    return sum(_flat(given), Decimal(0))


def _least(*given: Values) -> Decimal:
    return min(_flat(given), default=Decimal(0))


def _most(*given: Values) -> Decimal:
    return max(_flat(given), default=Decimal(0))


def _abs(given: Decimal) -> Decimal:
    return abs(given)


_CALLS: dict[str, Callable[..., Decimal]] = {
    "f_sum": _sum,
    "f_total": _sum,
    "f_min": _least,
    "f_max": _most,
    "f_abs": _abs,
}
