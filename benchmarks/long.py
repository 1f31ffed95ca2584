"""The long proofs, run by name, and their result written into RESULTS.md with date and commit.

python -m benchmarks.long          # make long
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET  # only what pytest wrote here
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "RESULTS.md"
BEGIN, END = "<!-- long proofs -->", "<!-- end of long proofs -->"


def main() -> int:
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        report = Path(folder) / "long.xml"
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "--long", "-q", f"--junitxml={report}", "tests"],
            cwd=ROOT,
            env={**os.environ, "JIXIAO_REQUIRE_ALL": "1"},
            check=False,
        )
        rows = [_row(case) for case in ET.parse(report).iter("testcase")]
    _write(
        [
            BEGIN,
            f"`make long`, {date.today()}, commit {_commit()}, {time.monotonic() - began:.0f} s in all, "
            f"{os.cpu_count()} cores:",
            "",
            "| proof | result | s |",
            "|--|--|--|",
            *rows,
            END,
        ]
    )
    return ran.returncode


def _row(case: ET.Element) -> str:
    bad = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
    return (
        f"| {case.get('name')} | {bad[0] if bad else 'passed'} | {float(case.get('time', 0)):.0f} |"
    )


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.strip()


def _write(lines: list[str]) -> None:
    text = RESULTS.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    RESULTS.write_text(before + "\n".join(lines) + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
