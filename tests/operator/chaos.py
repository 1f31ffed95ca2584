"""Kill the year at random instants, finish it, and see whether it is the same year.

    python -m tests.operator.chaos [kills] [seed]

A child process plays the sample year; it is killed (SIGKILL) somewhere, started again, killed
again. In the end the database without clocks and attempts, the site and every workbook must be
those of a year nobody disturbed, no filing may be lost, and no message may have gone out twice.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from jixiao.demo.sink import Sink
from jixiao.installation.settings import Settings
from tests.operator.year import Prepared, canonical, play, prepare, settings_in, tree

#: Seconds the child works before it is killed, at most. A year takes some ten seconds.
LONGEST = 0.8
_CHANNELS = ("DEPARTMENTS", "BUREAU", "OPERATORS")


@dataclass(frozen=True)
class Outcome:
    """What a disturbed year came to.

    Attributes:
        kills: how often the child really died of it.
        differences: what is not as in the undisturbed year, in words; empty: nothing.
    """

    kills: int
    differences: list[str]


def disturb(prepared: Prepared, folder: Path, *, kills: int, seed: int) -> Outcome:
    """Play one year in peace and one under fire, and compare.

    This process must not have opened a database: its children are forked from it, so that
    each starts at once.
    """
    peace, war = settings_in(folder / "peace"), settings_in(folder / "war")
    with _told_to(folder / "peace.jsonl"):
        assert _wait(_fork(prepared, peace)) == 0, "the undisturbed year failed"
    with _told_to(folder / "war.jsonl"):
        died = _kill_often(prepared, war, kills, random.Random(seed))
        assert _wait(_fork(prepared, war)) == 0, "the year could not be finished"
    return Outcome(died, list(differences(peace, war, folder)))


def _kill_often(prepared: Prepared, settings: Settings, kills: int, rng: random.Random) -> int:
    died = 0
    for left in range(kills, 0, -1):
        # The later the kill, the less of the year is left for the others.
        child = _fork(prepared, settings)
        time.sleep(rng.uniform(0, min(LONGEST, 12 / left)))
        os.kill(child, signal.SIGKILL)
        died += _wait(child) == -signal.SIGKILL
    return died


def _fork(prepared: Prepared, settings: Settings) -> int:
    child = os.fork()
    if child:
        return child
    # In the child: whatever happens, it must not return into the parent's code.
    try:
        _work(prepared, settings)
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - said where somebody sees it
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(1)


def _work(prepared: Prepared, settings: Settings) -> None:
    """The year from the day that was not over when the last child died: no day comes back."""
    over = settings.var / "over"
    settings.var.mkdir(parents=True, exist_ok=True)
    first = date.min
    if over.exists():
        first = date.fromisoformat(over.read_text()) + timedelta(days=1)
    for day in play(prepared, settings, first=first):
        fresh = over.with_suffix(".new")
        fresh.write_text(day.isoformat())
        os.replace(fresh, over)


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def _told_to(file: Path) -> Iterator[None]:
    """Notices go to a receiver of their own, in a process that outlives every kill."""
    reader, writer = os.pipe()
    receiver = os.fork()
    if not receiver:
        with Sink(file) as sink:
            os.write(writer, sink.address("all").encode())
            os.close(writer)
            while True:
                signal.pause()
    os.close(writer)
    with os.fdopen(reader) as said:
        address = said.read()
    for name in _CHANNELS:
        os.environ[f"JIXIAO_CHANNEL_{name}"] = address
    try:
        yield
    finally:
        os.kill(receiver, signal.SIGKILL)
        os.waitpid(receiver, 0)


def differences(peace: Settings, war: Settings, folder: Path) -> Iterator[str]:
    """What of the second year is not as in the first, and what it told more than once.

    Args:
        folder: where ``war.jsonl`` holds what the second year told.
    """
    said, heard = canonical(peace), canonical(war)
    for table in said:
        first, second = Counter(map(_settled, said[table])), Counter(map(_settled, heard[table]))
        yield from (f"{table}: missing {line[:300]}" for line in first - second)
        yield from (f"{table}: too much {line[:300]}" for line in second - first)
    for name in ("archive", "deliveries", "reports", "site/current"):
        before, after = _contents(peace.var / name), _contents(war.var / name)
        if before != after:
            which = [n for n in {*before, *after} if before.get(n) != after.get(n)]
            yield f"{name}: {len(which)} files differ, {sorted(which)[0]}"
    told = Counter(
        (line["title"], line["message"])
        for line in map(json.loads, (folder / "war.jsonl").read_text().splitlines())
    )
    yield from (f"told {n} times: {title}" for (title, _), n in told.items() if n > 1)


def _contents(folder: Path) -> dict[str, object]:
    """Files by what they hold: a workbook that was written into notes the time of writing."""
    found: dict[str, object] = {}
    for name, data in tree(folder).items():
        found[name] = data
        if folder.name == "deliveries" and name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                parts = (n for n in book.namelist() if n != "docProps/core.xml")
                found[name] = {n: book.read(n) for n in parts}
    return found


def _settled(line: str) -> str:
    """A notice on its way when the child died may or may not have arrived: unknown, not lost."""
    row = json.loads(line)
    if row.get("status") in ("sending", "unknown"):
        row["status"] = "sent"
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared = _prepare_aside(folder / "prepared")
        outcome = disturb(prepared, folder, kills=kills, seed=seed)
    said = [f"kills={outcome.kills}/{kills} seed={seed} differences={len(outcome.differences)}"]
    sys.stdout.write("\n  ".join([*said, *outcome.differences]) + "\n")
    sys.exit(1 if outcome.differences else 0)


def _prepare_aside(folder: Path) -> Prepared:
    """Prepared in a child, so that this process opens no database."""
    child = os.fork()
    if not child:
        prepare(folder)
        os._exit(0)
    assert _wait(child) == 0
    return prepare(folder)


if __name__ == "__main__":
    main()
