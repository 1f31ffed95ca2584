"""Value expressions (指标值, 完成值): ``61亿元以上`` becomes comparator, Decimal and unit.

The order of work: :mod:`normalise` gives one spelling, :mod:`dates`, :mod:`ranks`,
:mod:`quantity` and :mod:`words` each know one kind of value, :mod:`parse` asks them in turn.
A text that cannot be read is never guessed at: it comes back with ``error``.
"""

from jixiao.values.compare import adopt, compare, meets, same
from jixiao.values.model import (
    Comparator,
    Deadline,
    IncomparableUnits,
    Kind,
    NumberError,
    Unit,
    Value,
    ValueProblem,
)
from jixiao.values.normalise import LONGEST, normalise
from jixiao.values.numerals import chinese_number, parse_number
from jixiao.values.parse import parse
from jixiao.values.render import as_json, format_amount, render
from jixiao.values.units import commensurable, to_unit, unit_of
from jixiao.values.words import DEFAULT_BANDS, Bands

__all__ = [
    "DEFAULT_BANDS",
    "LONGEST",
    "Bands",
    "Comparator",
    "Deadline",
    "IncomparableUnits",
    "Kind",
    "NumberError",
    "Unit",
    "Value",
    "ValueProblem",
    "adopt",
    "as_json",
    "chinese_number",
    "commensurable",
    "compare",
    "format_amount",
    "meets",
    "normalise",
    "parse",
    "parse_number",
    "render",
    "same",
    "to_unit",
    "unit_of",
]
