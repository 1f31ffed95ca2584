"""Several at once: nobody gets another's number, nobody is told the database is locked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from jixiao.store import Store
from jixiao.store.filings import FilingRecord, filing_records
from jixiao.store.store import history, log
from jixiao.store.tables import filings

File = Callable[..., FilingRecord]


def test_filings_at_once_get_numbers_of_their_own(database: Store, file: File) -> None:
    gate = threading.Barrier(4)

    def one(number: int) -> FilingRecord:
        gate.wait()
        with database.begin() as connection:
            # A look before the write, as every step of the year does.
            connection.execute(select(func.count()).select_from(filings)).scalar_one()
            return file(connection, f"content-{number}")

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(4)))
    assert sorted(record.number for record in made) == [1, 2, 3, 4]
    assert len({record.receipt for record in made}) == 4
    with database.read() as connection:
        assert len(filing_records(connection, 2023)) == 4


def test_looking_does_not_wait_for_a_writer(database: Store, day: date) -> None:
    entered, leave = threading.Event(), threading.Event()

    def writer() -> None:
        with database.begin() as connection:
            log(connection, year=2023, as_of=day, actor="甲", what="filed")
            entered.set()
            leave.wait(20)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(writer)
        try:
            assert entered.wait(10)
            began = time.monotonic()
            with database.read() as connection:
                assert history(connection, 2023) == []  # not committed yet
            took = time.monotonic() - began
        finally:
            leave.set()
        writing.result()
    assert took < 5
    with database.read() as connection:
        assert len(history(connection, 2023)) == 1


def test_a_look_sees_what_was_committed_meanwhile(database: Store, day: date) -> None:
    with database.read() as reader:
        assert history(reader, 2023) == []
        with database.begin() as writer:
            log(writer, year=2023, as_of=day, actor="甲", what="filed")
        assert len(history(reader, 2023)) == 1


def test_a_connection_used_for_looking_can_write_safely_afterwards(
    database: Store, day: date
) -> None:
    """The pool hands the same connection out again; it must be back in transactions."""
    with database.read() as connection:
        history(connection, 2023)

    def interrupted() -> None:
        with database.begin() as connection:
            log(connection, year=2023, as_of=day, actor="甲", what="filed")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    with database.read() as connection:
        assert history(connection, 2023) == []
