"""The disposable child: a batch goes on whatever one file does to it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jixiao.errors import RefusedFile
from jixiao.intake import read_file
from jixiao.intake.child import ChildReader, read_in_child
from jixiao.model.submission import Submission, to_json
from jixiao.policy import Pack

Book = Callable[[dict[str, list[list[object]]]], bytes]


@pytest.fixture
def good(book: Book) -> bytes:
    rows: list[list[object]] = [
        ["部门整体支出绩效评价基础数据表"],
        ["单位名称", "某局"],
        ["经费控制情况", "2022年决算数", "2023年预算数", "2023年决算数"],
        ["三公经费", 1, 2, 3],
    ]
    return book({"附件1": rows})


def test_reads_like_the_parent_and_refuses_like_it(good: bytes, pack: Pack) -> None:
    files = [(good, "a.xlsx"), (b"", "空.xlsx"), (good, "b.xlsx")]
    first, empty, last = read_in_child(files, pack.forms, 2023)
    assert isinstance(first, Submission)
    assert isinstance(last, Submission)
    assert to_json(first) == to_json(read_file(good, "a.xlsx", pack.forms, 2023))
    assert isinstance(empty, RefusedFile)
    assert empty.code == "empty"
    assert "空.xlsx" in empty.message


def test_a_killed_child_costs_one_file(good: bytes, pack: Pack) -> None:
    with ChildReader(pack.forms, wall_seconds=0.001) as hasty:
        refused = hasty.read(good, "慢.xlsx", 2023)
        assert isinstance(refused, RefusedFile)
        assert refused.code == "reader_failed"
        assert "慢.xlsx" in refused.message
        hasty._wall = 60
        assert isinstance(hasty.read(good, "好.xlsx", 2023), Submission)


def test_too_much_memory_costs_one_file(good: bytes, book: Book, pack: Pack) -> None:
    """A file that needs more than the child may have ends the child, not the batch."""
    cells = ["".join(chr(0x4E00 + i * n % 20_011) for i in range(30_000)) for n in range(3, 303)]
    big = book({"附件1": [[cell] for cell in cells]})
    with ChildReader(pack.forms, memory=120 * 1024**2) as reader:
        refused = reader.read(big, "大.xlsx", 2023)
        assert isinstance(refused, RefusedFile)
        assert refused.code == "reader_failed"


def test_works_from_a_thread(good: bytes, pack: Pack) -> None:
    results: list[Submission | RefusedFile] = []

    def work() -> None:
        results.extend(read_in_child([(good, "a.xlsx")], pack.forms, 2023))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert isinstance(results[0], Submission)
