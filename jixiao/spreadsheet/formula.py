"""The formulas a form defines for its columns, such as ``executed / annual``.

Names are column ids of the same row. Only names, numbers, brackets and ``+ - * /`` exist.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal, DivisionByZero, InvalidOperation
from functools import lru_cache

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


@lru_cache(maxsize=256)
def _parse(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def names(formula: str) -> tuple[str, ...]:
    """The column ids a formula uses, in order, each once."""
    found = [n for n in ast.walk(_parse(formula)) if isinstance(n, ast.Name)]
    return tuple(dict.fromkeys(n.id for n in sorted(found, key=lambda n: n.col_offset)))


def evaluate(formula: str, values: Mapping[str, Decimal]) -> Decimal | None:
    """The result, or ``None`` where a value is missing or the divisor is 0.

    Raises:
        ValueError: the formula uses anything but names, numbers and the four operations.
    """
    if any(name not in values for name in names(formula)):
        return None
    try:
        return _value(_parse(formula), values)
    except (DivisionByZero, InvalidOperation):
        return None


def _value(node: ast.expr, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        return Decimal(str(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        left, right = _value(node.left, values), _value(node.right, values)
        match _SIGNS[type(node.op)]:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return left / right
    raise ValueError(f"列公式只能用列名、数字和加减乘除：{ast.unparse(node)}")


def to_excel(formula: str, reference: Callable[[str], str]) -> str:
    """The formula for a sheet, blank until every value is a number and when dividing by 0."""
    used = [reference(name) for name in names(formula)]
    body = _excel(_parse(formula), reference)
    return f'=IF(COUNT({",".join(used)})<{len(used)},"",IFERROR({body},""))'


def _excel(node: ast.expr, reference: Callable[[str], str]) -> str:
    if isinstance(node, ast.Name):
        return reference(node.id)
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        return str(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        sign = _SIGNS[type(node.op)]
        return f"({_excel(node.left, reference)}{sign}{_excel(node.right, reference)})"
    raise ValueError(f"列公式只能用列名、数字和加减乘除：{ast.unparse(node)}")
