"""How quickly a county's notices leave: 10,000 recipients, one message each, to a local receiver.

Run: python benchmarks/notices_bench.py [recipients] [workers]. The receiver is a process of its
own, so that its work is not counted as ours; the database is SQLite on disk, as in use.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jixiao.demo.sink import Sink
from jixiao.notices import ChannelBook, Notice, put, send_due, sent
from jixiao.policy import Channel, Channels
from jixiao.store import open_store

RECIPIENTS = 10_000
WORKERS = 4


def _receive(file: Path, pipe: Any) -> None:
    """The receiver: says where it listens, and ends when it is told to."""
    with Sink(file) as sink:
        pipe.send(sink.url)
        pipe.recv()


def notices(count: int) -> list[Notice]:
    """One reminder a recipient, as long as a real one."""
    body = "你单位 2023 年度的绩效自评还缺：\n1. 附件2 部门整体支出绩效自评表\n" * 6
    return [
        Notice(
            year=2023,
            stage="submit",
            recipient=f"{n:018d}",
            kind="submit_reminder",
            due=date(2024, 4, 23),
            subject="",
            channel="departments",
            title="2023 年度绩效自评尚未报齐，还有 7 天截止",
            body=body,
        )
        for n in range(count)
    ]


def main() -> None:
    """Print how many left a second, and hold what arrived against the outbox."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECIPIENTS
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else WORKERS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "received.jsonl"
        ours, theirs = multiprocessing.Pipe()
        receiver = multiprocessing.Process(target=_receive, args=(file, theirs), daemon=True)
        receiver.start()
        url = ours.recv()
        store = open_store(f"sqlite:///{folder}/bench.db")
        now = datetime.now(UTC)
        start = time.perf_counter()
        with store.begin() as connection:
            put(connection, notices(count), now)
        queued = time.perf_counter() - start
        policy = Channels(
            channels={"departments": Channel(title="部门", url_env="URL", workers=workers)}
        )
        start = time.perf_counter()
        with ChannelBook(policy, {"URL": url}) as book:
            delivery = send_due(store.engine, book, now)
        took = time.perf_counter() - start
        ours.send("done")
        receiver.join()
        with store.read() as connection:
            ids = {entry.message_id for entry in sent(connection)}
        arrived = Counter(
            line.rpartition("消息编号：")[2][:19]
            for line in file.read_text(encoding="utf-8").splitlines()
        )
        store.close()
    assert delivery.sent == count, delivery
    assert set(arrived) == ids, "what arrived is what the outbox calls handed over"
    assert set(arrived.values()) == {1}, "nothing arrived twice"
    print(
        f"queued {count} in {queued:.1f} s; handed over {count} in {took:.1f} s, {workers} workers:"
    )
    print(f"{count / took:.0f} a second")


if __name__ == "__main__":
    main()
