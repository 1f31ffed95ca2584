"""A process of its own that advances the sample year: one of two at once, or one that dies.

    python -m tests.operator.aside VAR DATABASE [CUT]

It answers ``ready``, then reads a day a line and answers what failed that day as JSON. With
``CUT`` it kills itself, as a power cut would, at that moment of putting a site in place.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import IO, Any

from jixiao.installation.settings import Settings
from jixiao.publishing import folder
from jixiao.year import advance, open_cycle
from tests.operator.year import YEAR

#: Moment → what of the site's folder is in place by then.
CUTS = ("version unnamed", "version named", "switched")


class Aside(AbstractContextManager["Aside"]):
    """The process as its starter sees it."""

    def __init__(self, root: Path, settings: Settings, cut: str = "") -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.operator.aside",
                str(settings.var),
                settings.database,
                cut,
            ],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def answer(self) -> str:
        """Its next line; ``""`` where it is dead."""
        out = self._process.stdout
        assert out is not None
        return out.readline().strip()

    def tell(self, day: date) -> None:
        into = self._process.stdin
        assert into is not None
        into.write(f"{day}\n")
        into.flush()

    def ended(self) -> int:
        return self._process.wait(30)


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(cut: str) -> None:
    """Die at one moment between the first file of a new version and the end of the switch."""
    rename, replace = os.rename, os.replace

    def at(link: bool, moment: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(source: Any, target: Any) -> None:
            place = Path(target)
            ours = place.name == "current" if link else place.parent.name == "versions"
            if ours and cut == moment:
                die()
            real(source, target)
            if ours and link and cut == "switched":
                die()

        return call

    folder.os.rename = at(False, "version unnamed", rename)  # type: ignore[attr-defined]
    folder.os.replace = at(True, "version named", replace)  # type: ignore[attr-defined]


def work(days: IO[str], out: IO[str], settings: Settings) -> None:
    open_cycle(YEAR, settings=settings)
    print("ready", file=out, flush=True)
    for line in days:
        _, failed = advance(open_cycle(YEAR, date.fromisoformat(line.strip()), settings=settings))
        said = {name: repr(error) for name, error in failed.items()}
        print(json.dumps(said, ensure_ascii=False), file=out, flush=True)


if __name__ == "__main__":
    if sys.argv[3]:
        assert sys.argv[3] in CUTS
        arm(sys.argv[3])
    work(sys.stdin, sys.stdout, Settings(Path(sys.argv[1]), sys.argv[2]))
