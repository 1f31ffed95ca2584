"""What a value costs to read: by :func:`parse`, by the full parser alone, and once more.

Run: ``python -m benchmarks.values_bench`` from the repository. A department has about 100 rows,
200 values.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from jixiao.values import DEFAULT_BANDS, Value, parse
from jixiao.values.hints import NO_HINT
from jixiao.values.parse import _closely, read_closely

ROWS = 100
PATTERNS = ("{n}家", "{n}%", "{n}.5万元", "≥{n}%", "{n}人次", "{n}", "{n}亿元以上", "{n}个")


def in_full(text: str) -> Value:
    """The full parser, as if there were no look for plain cells before it."""
    return read_closely(text, NO_HINT, "", "", "target", None, DEFAULT_BANDS)


def microseconds(read: Callable[[str], Value], texts: list[str], *, cold: bool) -> float:
    """CPU time a value, median of several rounds."""
    rounds = []
    for _ in range(50):
        if cold:
            _closely.cache_clear()
        start = time.process_time()
        for text in texts:
            read(text)
        rounds.append(time.process_time() - start)
    return statistics.median(rounds) / len(texts) * 1e6


def main() -> None:
    """Print the figures."""
    plain = [PATTERNS[i % len(PATTERNS)].format(n=i + 1) for i in range(2 * ROWS)]
    rare = [f"不少于{i}场次" for i in range(ROWS)]
    rare += [f"2023年{i % 12 + 1}月底前" for i in range(ROWS)]
    for label, texts in (("plain", plain), ("prefix words and dates", rare)):
        first = microseconds(parse, texts, cold=True)
        again = microseconds(parse, texts, cold=False)
        full = microseconds(in_full, texts, cold=True)
        print(
            f"{label}: {first:.2f} µs first, {again:.2f} µs again, full parser {full:.2f} µs "
            f"({full / first:.1f} times); {len(texts)} values first {first * len(texts) / 1000:.2f} ms"
        )


if __name__ == "__main__":
    main()
