"""What a formula of an issued sheet gives, worked out from the formula itself.

The plain writer stores each formula with its result. Where a result hangs on a department's own
figures, a template works it out by reading the formula, so it need not know what the formula is
for. Only what our formulas use is understood; any other makes its sheet unfit for a template.

A formula is worked out as far as it goes when the template is made: cells that hold the same for
every department are known then, and of a live cell (never blank) whether it is blank. What is
left is a function of the live values, each a ``Decimal``, or a text where it is no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from jixiao.workbooks.template.parsing import Node, area, cells_of, parse
from jixiao.workbooks.template.unfit import UnfitError

Value = Decimal | str | bool | None  # None is a blank cell
Values = Sequence[Value]  # of the live cells
Work = Callable[[Values], Value]


@dataclass(frozen=True, slots=True)
class Known:
    """The same for every department."""

    value: Value


@dataclass(frozen=True, slots=True)
class Live:
    """A live cell: which, among the live values."""

    index: int

    def __call__(self, values: Values) -> Value:
        return values[self.index]


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula, as it stands in the sheet (without ``=``)."""

    text: str


CellKind = Known | Live | Formula
Result = Known | Work


def live_cells(text: str, cells: Mapping[str, CellKind]) -> set[int]:
    """The live cells a formula hangs on, by way of other formulas too.

    Raises:
        UnfitError: the formula is none we understand, or goes round in a circle.
    """
    return set(_reached(text, cells, ()))


def _reached(text: str, cells: Mapping[str, CellKind], above: tuple[str, ...]) -> Iterator[int]:
    if text in above:
        raise UnfitError
    for ref in cells_of(parse(text)):
        cell = cells.get(ref)
        if isinstance(cell, Live):
            yield cell.index
        elif isinstance(cell, Formula):
            yield from _reached(cell.text, cells, (*above, text))


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula's result, or what is left to do once the live values are there.

    Attributes:
        figured: the live cells whose values, and not only their being there, are worked with.
    """

    result: Result
    figured: frozenset[int]


def work_out(text: str, cells: Mapping[str, CellKind]) -> Worked:
    """Works a formula out as far as it goes.

    Raises:
        UnfitError: the formula is none we understand; also by the work that is left, where live
            values lead to something we do not understand.
    """
    reader = _Reader(cells)
    result = reader.result(parse(text))
    return Worked(result, frozenset(reader.figured))


class _Reader:
    def __init__(self, cells: Mapping[str, CellKind]) -> None:
        self.cells = cells
        self.figured: set[int] = set()

    def result(self, node: Node) -> Result:
        match node:
            case ("value", value):
                return Known(value)  # type: ignore[arg-type]
            case ("ref", str(ref)):
                return self._cell(ref)
            case ("op", str(sign), tuple(left), tuple(right)):
                return self._operation(sign, left, right)
            case ("call", "IF", tuple(condition), *branches) if 1 <= len(branches) <= 2:
                return self._if(condition, branches)
            case ("call", "LEN", tuple(text)):
                return self._applied(_length, self.result(text))
            case ("call", "COUNTA", *arguments):
                filled = [c for c in self._cells(arguments) if c != Known(None)]
                return Known(Decimal(len(filled)))
            case ("call", "COUNT", *arguments):
                return self._folded(_count, arguments)
            case ("call", "SUM", *arguments):
                return self._folded(_sum, arguments)
            case ("call", str(name), *arguments) if name in _FUNCTIONS:
                return self._applied(_FUNCTIONS[name], *(self.result(_node(a)) for a in arguments))
        raise UnfitError

    def _cell(self, ref: str) -> Result:
        cell = self.cells.get(ref, Known(None))
        return self.result(parse(cell.text)) if isinstance(cell, Formula) else cell

    def _cells(self, arguments: Sequence[object]) -> list[Result]:
        """The cells an argument list names; anything but cells is not understood."""
        found: list[Result] = []
        for argument in arguments:
            kind, *places = _node(argument)
            if kind not in ("ref", "range"):
                raise UnfitError
            refs = places if kind == "ref" else area(*map(str, places))
            found += [self._cell(str(ref)) for ref in refs]
        return found

    def _folded(self, fold: Callable[..., Decimal], arguments: Sequence[object]) -> Result:
        """A sum or a count over cells; of the known ones only figures make a difference."""
        cells = self._cells(arguments)
        return self._applied(
            fold,
            *(c for c in cells if not isinstance(c, Known) or isinstance(c.value, Decimal)),
        )

    def _operation(self, sign: str, left: Node, right: Node) -> Result:
        if left[:2] == ("call", "LEN") and right == ("value", Decimal(0)):
            of = self.result(_node(left[2]))
            if isinstance(of, Live):  # live is never blank
                return Known(sign in ("<>", ">", ">="))
        return self._applied(_OPERATIONS[sign], self.result(left), self.result(right))

    def _if(self, condition: Node, branches: Sequence[object]) -> Result:
        known = self.result(condition)
        if isinstance(known, Known):
            if not known.value:
                branches = branches[1:]
            return self.result(_node(branches[0])) if branches else Known(False)
        test = known
        yes, no = (_work(self.result(_node(b))) for b in (*branches, ("value", False))[:2])
        return lambda values: yes(values) if test(values) else no(values)

    def _applied(self, function: Callable[..., Value], *arguments: Result) -> Result:
        """A function of arguments, at once where all of them are known."""
        if all(isinstance(a, Known) for a in arguments):
            return Known(function(*(a.value for a in arguments if isinstance(a, Known))))
        self.figured |= {a.index for a in arguments if isinstance(a, Live)}
        if function is _joined and Known("") in arguments:
            (rest,) = (a for a in arguments if a != Known(""))
            return self._applied(_as_text, rest)
        if len(arguments) == 2:
            first, second = map(_work, arguments)
            return lambda values: function(first(values), second(values))
        works = [_work(a) for a in arguments]
        return lambda values: function(*(w(values) for w in works))


def _node(part: object) -> Node:
    assert isinstance(part, tuple)
    return part


def _work(result: Result) -> Work:
    if isinstance(result, Known):
        value = result.value
        return lambda values: value
    return result


def _length(value: Value) -> Decimal:
    if isinstance(value, str | None):
        return Decimal(len(value or ""))
    raise UnfitError


def _count(*values: Value) -> Decimal:
    return Decimal(sum(isinstance(v, Decimal) for v in values))


def _sum(*values: Value) -> Decimal:
    return sum((v for v in values if isinstance(v, Decimal)), Decimal(0))


def _n(value: Value) -> Decimal:
    if isinstance(value, bool):
        return Decimal(value)
    return value if isinstance(value, Decimal) else Decimal(0)


def _figure(value: Value) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if value is None:
        return Decimal(0)
    raise UnfitError


def _round(value: Value, digits: Value) -> Decimal:
    places = Decimal(1).scaleb(-int(_figure(digits)))
    return _figure(value).quantize(places, rounding=ROUND_HALF_UP)


def _text(value: Value, format: Value) -> str:
    if format != "0.00":
        raise UnfitError
    return f"{_round(value, Decimal(2)):f}"


def _as_text(value: Value) -> str:
    if isinstance(value, str | None):
        return value or ""
    raise UnfitError


def _joined(left: Value, right: Value) -> str:
    return _as_text(left) + _as_text(right)


def _comparison(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[Value, Value], Value]:
    return lambda left, right: compare(_figure(left), _figure(right))


def _divided(left: Value, right: Value) -> Decimal:
    divisor = _figure(right)
    if not divisor:
        raise UnfitError
    return _figure(left) / divisor


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "N": _n,
    "ABS": lambda v: abs(_figure(v)),
    "ROUND": _round,
    "TEXT": _text,
}
_OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "&": _joined,
    "=": _comparison(lambda a, b: a == b),
    "<>": _comparison(lambda a, b: a != b),
    "<": _comparison(lambda a, b: a < b),
    ">": _comparison(lambda a, b: a > b),
    "<=": _comparison(lambda a, b: a <= b),
    ">=": _comparison(lambda a, b: a >= b),
    "+": lambda a, b: _figure(a) + _figure(b),
    "-": lambda a, b: _figure(a) - _figure(b),
    "*": lambda a, b: _figure(a) * _figure(b),
    "/": _divided,
}
