"""What a value costs to read: the first time, and again from the cache.

Run: python benchmarks/values_bench.py. A department has about 100 rows, 200 values.
"""

from __future__ import annotations

import time

from jixiao.values import parse
from jixiao.values.parse import _cached

ROWS = 100
PATTERNS = ("{n}家", "{n}%", "{n}.5万元", "≥{n}%", "{n}人次", "{n}", "{n}亿元以上", "{n}个")


def microseconds(texts: list[str], rounds: int, cold: bool) -> float:
    """CPU time a value, best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        if cold:
            _cached.cache_clear()
        start = time.process_time()
        for text in texts:
            parse(text)
        best = min(best, time.process_time() - start)
    return best / len(texts) * 1e6


def main() -> None:
    """Print the figures."""
    simple = [PATTERNS[i % len(PATTERNS)].format(n=i + 1) for i in range(2 * ROWS)]
    rare = [f"不少于{i}场次" for i in range(ROWS)] + [
        f"2023年{i % 12 + 1}月底前" for i in range(ROWS)
    ]
    for label, texts in (("simple", simple), ("prefix words and dates", rare)):
        first, again = microseconds(texts, 50, True), microseconds(texts, 50, False)
        print(
            f"{label}: {first:.2f} µs first, {again:.2f} µs again, "
            f"{len(texts)} values {first * len(texts) / 1000:.2f} / {again * len(texts) / 1000:.2f} ms"
        )


if __name__ == "__main__":
    main()
