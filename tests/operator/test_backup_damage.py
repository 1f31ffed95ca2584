"""A damaged backup: a sentence says so, and nothing is left."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jixiao.installation.settings import Settings
from tests.operator.archives import MANIFEST, agreeing, members, refused, resealed, write
from tests.operator.year import settings_in

Content = dict[str, bytes]


def cut(saved: Path, file: Path) -> None:
    """In the middle of the last member but one, whose header is whole."""
    data = saved.read_bytes()
    file.write_bytes(data[: data.rindex(b"<p>") + 4])


def zipped(_: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.txt", "text" * 1000)


#: How the file is spoilt → what is said.
FILES: dict[str, tuple[Callable[[Path, Path], Any], str]] = {
    "cut": (cut, "不完整"),
    "cut behind a member": (lambda s, f: f.write_bytes(s.read_bytes()[:1024]), "没有校验清单"),
    "a zip": (zipped, "不是备份文件"),
    "compressed": (lambda s, f: f.write_bytes(gzip.compress(s.read_bytes())), "不是备份文件"),
    "empty": (lambda _, f: f.write_bytes(b""), "不是备份文件"),
    "text": (lambda _, f: f.write_text("今天的备份" * 500), "不是备份文件"),
    "a folder": (lambda _, f: f.mkdir(), "是一个文件夹"),
    "not there": (lambda _, f: None, "没有这个文件"),
    "below a file": (lambda s, f: f.symlink_to(s / "x"), "没有这个文件"),
}


@pytest.mark.parametrize("how", FILES)
def test_what_is_no_whole_backup(small_saved: Path, tmp_path: Path, how: str) -> None:
    spoil, says = FILES[how]
    file = tmp_path / "damaged.tar"
    spoil(small_saved, file)
    refused(settings_in(tmp_path / "machine" / "var"), file, says)


def first(content: Content, top: str) -> str:
    return next(n for n in content if n.startswith(top))


def without(content: Content, name: str) -> Content:
    return {n: d for n, d in content.items() if n != name}


def saying(**changed: Any) -> Callable[[Content], Content]:
    """A manifest that says other things than it did."""

    def change(content: Content) -> Content:
        manifest = {**json.loads(content[MANIFEST]), **changed}
        kept = {k: v for k, v in manifest.items() if v is not None}
        return {**content, MANIFEST: resealed(kept)}

    return change


def linking(link: str, target: str) -> Callable[[Content], Content]:
    return saying(links={link: target})


def manifest(data: bytes) -> Callable[[Content], Content]:
    return lambda content: {**content, MANIFEST: data}


WRONG = "备份的校验清单.*请换一份备份"

#: How the members are spoilt → what is said.
MEMBERS: dict[str, tuple[Callable[[Content], Content], str]] = {
    "another byte": (lambda c: {**c, first(c, "archive/"): b"filex"}, "已损坏.*archive/"),
    "one is gone": (lambda c: without(c, first(c, "archive/")), "已损坏.*archive/"),
    "one too many": (lambda c: {**c, "archive/more": b"x"}, "已损坏.*archive/more"),
    "no manifest": (lambda c: without(c, MANIFEST), "没有校验清单"),
    "climbing": (lambda c: {**c, "site/../../elsewhere": b"x"}, "不该有的内容"),
    "absolute": (lambda c: {**c, "/etc/elsewhere": b"x"}, "不该有的内容"),
    "no name": (lambda c: {**c, ".": b"x"}, "不该有的内容"),
    "a folder's name alone": (lambda c: {**c, "site": b"x"}, "不该有的内容"),
    "not ours": (lambda c: {**c, "prefect/prefect.db": b"x"}, "不该有的内容"),
    "a file below a file": (lambda c: {**c, f"{first(c, 'archive/')}/x": b"x"}, "不该有的内容"),
    "a folder as a file": (lambda c: {**c, "archive/aa": b"x"}, "不该有的内容"),
    "manifest is no JSON": (manifest(b"{"), WRONG),
    "manifest is no text": (manifest(b"\xff\xfe\x00"), WRONG),
    "manifest is a list": (manifest(b"[1]"), WRONG),
    "manifest is another by a letter": (
        lambda c: manifest(c[MANIFEST].replace(b'"versions/one"', b'"versions/ono"'))(c),
        WRONG,
    ),
    "manifest is deep": (manifest(b"[" * 200_000), WRONG),
    "no format": (saying(format=None), WRONG),
    "format is a word": (saying(format="two"), WRONG),
    "format is true": (saying(format=True), WRONG),
    "newer": (saying(format=99, program="9.1"), "请先升级程序"),
    "no files": (saying(files=None), WRONG),
    "files are a list": (saying(files=["archive"]), WRONG),
    "hashes are numbers": (saying(files={"archive/aa/kept.xlsx": 7}), WRONG),
    "rows are text": (saying(rows={"events": "2"}), WRONG),
    "rows below none": (saying(rows={"events": -1}), WRONG),
    "no rows": (saying(rows=None), WRONG),
    "links are text": (saying(links="site"), WRONG),
    "revision is a number": (saying(revision=1), WRONG),
    "revision unknown": (saying(revision="9999"), "9999.*请先升级程序"),
    "a link that climbs": (linking("site/out", "../../.."), "不该有的链接"),
    "an absolute link": (linking("site/out", "/etc"), "不该有的链接"),
    "a link without a target": (linking("site/out", ""), "不该有的链接"),
    "a link elsewhere": (linking("../out", "x"), "不该有的链接"),
    "a link instead of a folder": (linking("site", "inbox"), "不该有的链接"),
    "a link instead of a file": (linking("archive/aa/kept.xlsx", "x"), "不该有的链接"),
    "a link among the rows": (linking("database/x", "events.jsonl"), "不该有的链接"),
    "a link below a link": (saying(links={"site/a": "versions", "site/a/b": "x"}), "不该有的链接"),
}


@pytest.mark.parametrize("how", MEMBERS)
def test_members_that_are_not_as_they_were(small_saved: Path, tmp_path: Path, how: str) -> None:
    spoil, says = MEMBERS[how]
    file = tmp_path / "damaged.tar"
    write(file, spoil(members(small_saved)).items())
    refused(settings_in(tmp_path / "machine" / "var"), file, says)


@pytest.mark.parametrize("name", ["archive/aa/kept.xlsx", MANIFEST])
def test_a_member_that_is_there_twice(small_saved: Path, tmp_path: Path, name: str) -> None:
    content = members(small_saved)
    write(tmp_path / "twice.tar", [(name, content[name]), *content.items()])
    refused(settings_in(tmp_path / "machine" / "var"), tmp_path / "twice.tar", "不该有的内容")


def lines(content: Content, table: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content[f"database/{table}.jsonl"].splitlines()]


def rows(table: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Content], Content]:
    """The rows of a table, each changed, in an archive that agrees with itself."""

    def spoil(content: Content) -> Content:
        text = "".join(f"{json.dumps(change(r))}\n" for r in lines(content, table))
        return agreeing({**content, f"database/{table}.jsonl": text.encode()})

    return spoil


def without_column(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda row: {k: v for k, v in row.items() if k != name}


def counted(**counts: int) -> Callable[[Content], Content]:
    def change(content: Content) -> Content:
        known = json.loads(content[MANIFEST])["rows"]
        return agreeing(content, rows={**known, **counts})

    return change


#: How the rows are spoilt → what is said.
ROWS: dict[str, tuple[Callable[[Content], Content], str]] = {
    "no JSON": (lambda c: agreeing({**c, "database/events.jsonl": b"{\n{\n"}), "表 events 第 1 行"),
    "no text": (lambda c: agreeing({**c, "database/events.jsonl": b"\xff\n"}), "表 events"),
    "no object": (rows("events", lambda r: [r]), "表 events 第 1 行"),
    "a column is missing": (rows("events", without_column("actor")), "表 events 第 1 行"),
    "a column too many": (rows("events", lambda r: {**r, "more": 1}), "表 events 第 1 行"),
    "no such time": (rows("events", lambda r: {**r, "at": {"time": "昨天"}}), "表 events 第 1 行"),
    "another kind": (rows("events", lambda r: {**r, "at": {"list": "x"}}), "表 events 第 1 行"),
    "a list": (rows("events", lambda r: {**r, "detail": ["x"]}), "表 events"),
    "too large": (rows("events", lambda r: {**r, "year": 10**30}), "表 events"),
    "nothing where something must be": (
        rows("events", lambda r: {**r, "actor": None}),
        "表 events",
    ),
    "one number twice": (rows("events", lambda r: {**r, "id": 1}), "表 events"),
    "refers to nothing": (rows("filings", lambda r: {**r, "delivery_id": 77}), "表 filings"),
    "more rows": (counted(events=1), "表 events 的行数不对"),
    "fewer rows": (counted(events=3), "表 events 的行数不对"),
    "a table that is not ours": (
        lambda c: counted(passwords=0)(agreeing({**c, "database/passwords.jsonl": b""})),
        "passwords",
    ),
    "alembic's own": (
        lambda c: counted(alembic_version=0)(
            agreeing({**c, "database/alembic_version.jsonl": b""})
        ),
        "alembic_version",
    ),
    "rows of no table": (lambda c: agreeing({**c, "database/more.jsonl": b""}), "more"),
    "a table without rows": (lambda c: agreeing(without(c, "database/events.jsonl")), "events"),
}


@pytest.mark.parametrize("how", ROWS)
def test_rows_that_are_not_as_they_were(
    small_saved: Path, tmp_path: Path, fresh: Settings, how: str
) -> None:
    spoil, says = ROWS[how]
    file = tmp_path / "damaged.tar"
    write(file, spoil(members(small_saved)).items())
    refused(fresh, file, f"{says}.*请换一份备份")
