"""Freezes an installation of a release as later upgrades will meet it: `tests/releases/<version>.tar.xz`.

Run once a release, by the code of that release and no other:

    git archive 0.1.0 | tar -x -C /tmp/release
    cd /tmp/release && PYTHONPATH=/tmp/release python <here>/freeze_release.py /var/lib/jixiao OUT.tar.xz

What is frozen: the demonstration year through Prefect, and after it what a bureau does besides:
a finding waived, a report taken down, a deadline extended, a returned workbook handed in again
with 单位说明, notices refused and of unknown fate. As small as it goes: no PDF.

    home/config   the packs it ran with        var/       the folders, SQLite and Prefect's records
    postgres.sql  the same database as PostgreSQL dumps it
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from datetime import date
from pathlib import Path

YEAR = 2023
END = date(2024, 9, 12)
JIANGYONG = "11431125MB18152796"
SONGXI = "12431199MB990505X6"
PINGHU = "12431199MB99040490"
QINGHE = "12431199MB9903038L"
OFFICER = "周明远"
KEY = "key-of-the-tests-only"
POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/"
DATABASE = "jixiao_frozen"


def main(place: Path, out: Path) -> None:
    release, home, var = Path.cwd(), place / "home", place / "var"
    shutil.copytree(release / "config", home / "config")
    pack = home / "config" / str(YEAR) / "pack.yaml"
    text = pack.read_text(encoding="utf-8")
    pack.write_text(
        text.replace("  show_contact: false\n", "  show_contact: false\n  formats: [docx]\n")
    )
    os.environ |= {
        "JIXIAO_HOME": str(home),
        "JIXIAO_SIGNING_KEY": KEY,
        "JIXIAO_SETTLE_SECONDS": "0",
    }
    subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", "demo", "--var", str(var)],
        check=True,
    )
    go_on(var)
    for name in sorted(var.rglob("*.pdf")):
        name.unlink()
    for name in ("jixiao.db", "prefect/prefect.db"):
        whole, database = var / f"{name}.whole", sqlite3.connect(var / name)
        database.execute(f"VACUUM INTO '{whole}'")
        database.close()
        for log in ("-wal", "-shm"):
            (var / f"{name}{log}").unlink(missing_ok=True)
        whole.replace(var / name)
    for name in ("server.log", "serve.lock"):
        (var / "prefect" / name).unlink(missing_ok=True)
    (place / "postgres.sql").write_bytes(dumped(var, place))
    pack_up(place, out)


def go_on(var: Path) -> None:
    """What happens after publication, by the release's own use-cases."""
    from openpyxl import load_workbook

    from jixiao.cycle import advance, open_cycle, outstanding
    from jixiao.cycle.decide import waive
    from jixiao.cycle.evaluate import evaluate_filing
    from jixiao.cycle.extend import extend
    from jixiao.cycle.unpublish import unpublish
    from jixiao.notices.sink import Sink
    from jixiao.policy import Stage
    from jixiao.settings import Settings
    from jixiao.store.filings import filing_records

    settings = Settings(var, f"sqlite:///{var / 'jixiao.db'}")

    def on(day: date) -> None:
        _, failed = advance(open_cycle(YEAR, day, settings=settings))
        assert not failed, failed

    with Sink(var / "notices.jsonl") as sink:
        for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
            os.environ[f"JIXIAO_CHANNEL_{name}"] = f"{sink.url.rstrip('/')}/{name.lower()}"
        cycle = open_cycle(YEAR, date(2024, 9, 4), settings=settings)
        with cycle.store.read() as connection:
            filing = next(
                f for f in filing_records(connection, YEAR, JIANGYONG) if f.status == "accepted"
            )
        found = evaluate_filing(cycle, filing).findings[0]
        waive(cycle, JIANGYONG, found.fingerprint, OFFICER, "县政府常务会议已同意，附会议纪要")
        extend(cycle, QINGHE, Stage.SUBMIT, date(2024, 10, 15), OFFICER, "单位搬迁")
        on(date(2024, 9, 4))
        unpublish(
            open_cycle(YEAR, date(2024, 9, 5), settings=settings),
            PINGHU,
            OFFICER,
            "单位要求核对联系方式",
        )
        on(date(2024, 9, 5))
        (returned,) = (var / "deliveries").rglob("*园林所退回修改第1次.xlsx")
        book = load_workbook(returned)
        sheet = book["审核意见"]
        head = next(r for r in sheet.iter_rows() if any(c.value == "单位说明" for c in r))
        column = next(c.column for c in head if c.value == "单位说明")
        sheet.cell(head[0].row + 1, column).value = "年中追加已报县政府批准，批文随附。"
        data = io.BytesIO()
        book.save(data)
        (var / "inbox" / "园林所说明.xlsx").write_bytes(data.getvalue())
        on(date(2024, 9, 6))
        on(END)
        left = outstanding(open_cycle(YEAR, END, settings=settings))
        assert not left, left
    with sqlite3.connect(var / "jixiao.db") as database:
        ids = [
            r[0] for r in database.execute("SELECT id FROM outbox WHERE status='sent' ORDER BY id")
        ]
        for id, status, why in (
            (ids[0], "refused", "HTTP 404"),
            (ids[1], "unknown", "发送途中中断"),
        ):
            database.execute(
                "UPDATE outbox SET status=?, last_error=? WHERE id=?", (status, why, id)
            )


def dumped(var: Path, place: Path) -> bytes:
    """The same installation on PostgreSQL, by the release's own backup and restore."""
    from jixiao.backup import backup, restore
    from jixiao.settings import Settings

    file = place / "whole.tar"
    backup(Settings(var, f"sqlite:///{var / 'jixiao.db'}"), file)
    psql = ["psql", "-q", "-h", "127.0.0.1", "-U", "postgres"]
    subprocess.run([*psql, "-c", f"DROP DATABASE IF EXISTS {DATABASE}"], check=True)
    subprocess.run([*psql, "-c", f"CREATE DATABASE {DATABASE}"], check=True)
    restore(Settings(place / "second", POSTGRES + DATABASE), file)
    dump = [
        "pg_dump",
        "-h",
        "127.0.0.1",
        "-U",
        "postgres",
        "--no-owner",
        "--inserts",
        "--rows-per-insert=50",
        DATABASE,
    ]
    sql = subprocess.run(dump, check=True, capture_output=True).stdout
    subprocess.run([*psql, "-c", f"DROP DATABASE {DATABASE}"], check=True)
    shutil.rmtree(place / "second")
    file.unlink()
    return sql


def pack_up(place: Path, out: Path) -> None:
    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(out, "w:xz", preset=9) as tar:
        for name in ("home", "postgres.sql", "var"):
            tar.add(place / name, name, filter=plain)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
