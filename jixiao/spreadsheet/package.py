"""Opening a zip that a stranger sent: bounded in every direction, and XML without entities."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from jixiao.errors import RefusedFile

MAX_FILE = 30 * 1024 * 1024  # bytes as handed in
MAX_ENTRIES = 3000
MAX_TOTAL = 200 * 1024 * 1024  # bytes unpacked, declared and really read
MAX_RATIO = 250  # unpacked : packed, for parts of more than a megabyte
_MEGABYTE = 1024 * 1024
# What zipfile answers with when an archive is damaged; ValueError for offsets before the start,
# RuntimeError for ways of packing it does not know.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
)
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass(slots=True)
class Package:
    """The members of an archive, unpacked on demand and each at most once.

    Attributes:
        names: member names as in the archive.
        checked: the sheets that the guard has looked at.
    """

    names: list[str]
    _archive: zipfile.ZipFile
    _read: dict[str, bytes]
    _total: int = 0
    checked: set[str] = field(default_factory=set)

    def read(self, name: str) -> bytes:
        """A member's bytes.

        Raises:
            RefusedFile: the member is damaged, or bigger than it declares or than is allowed.
        """
        if name in self._read:
            return self._read[name]
        info = self._archive.getinfo(name)
        room = min(info.file_size, MAX_TOTAL - self._total)
        try:
            with self._archive.open(info) as member:
                data = member.read(room + 1)
        except _BROKEN:
            raise damaged() from None
        if len(data) > room:
            raise bomb()
        self._total += len(data)
        self._read[name] = data
        return data

    def xml(self, name: str) -> etree._Element:
        """A member parsed as XML, without entities, DTD or network."""
        return parse_xml(self.read(name), name)


def damaged() -> RefusedFile:
    return RefusedFile(
        "truncated", "文件不完整或已损坏，打不开。请等文件传完，或重新保存后再报送。"
    )


def bomb() -> RefusedFile:
    return RefusedFile(
        "zip_bomb", "文件解开后大得不正常，不予打开。请把内容复制到重新下载的模板里再报送。"
    )


def open_package(data: bytes) -> Package:
    """The archive's members, after a look at what its directory declares.

    Raises:
        RefusedFile: ``truncated``, ``zip_bomb`` or ``password``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except _BROKEN:
        raise damaged() from None
    if len(infos) > MAX_ENTRIES or sum(i.file_size for i in infos) > MAX_TOTAL:
        raise bomb()
    for info in infos:
        if info.flag_bits & 0x1:
            raise RefusedFile("password", "文件设有打开密码，读不了。请取消密码后重新报送。")
        if info.file_size > _MEGABYTE and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise bomb()
    return Package([i.filename for i in infos], archive, {})


def check_xml(data: bytes) -> None:
    """Refuses XML that declares a document type or hides one behind another encoding.

    Raises:
        RefusedFile: ``entity``.
    """
    head = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    encoding = _ENCODING.match(head)
    if b"\0" in data[:200] or (
        encoding and encoding[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}
    ):
        raise _entity()
    if b"!" in data and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
        raise _entity()


def _entity() -> RefusedFile:
    return RefusedFile(
        "entity",
        "文件内部含有不允许的文档类型或实体声明，不予打开。请用 Excel 或 WPS 另存为 .xlsx 再报送。",
    )


def parse_xml(data: bytes, name: str) -> etree._Element:
    """XML as a tree; nothing outside the bytes is ever fetched or expanded.

    Raises:
        RefusedFile: ``entity`` or ``truncated``.
    """
    check_xml(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise RefusedFile(
            "truncated", f"文件内部的 {name} 已损坏，打不开。请用 Excel 或 WPS 重新保存后再报送。"
        ) from None


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relations of a part: id → (type's last word, full name of the target part)."""
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    if rels not in package.names:
        return {}
    found = {}
    for element in package.xml(rels):
        if element.get("TargetMode") == "External":
            continue
        target = element.get("Target", "")
        full = target.lstrip("/") if target.startswith("/") else _join(folder, target)
        found[element.get("Id", "")] = (element.get("Type", "").rsplit("/", 1)[-1], full)
    return found


def _join(folder: str, target: str) -> str:
    parts: list[str] = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            del parts[-1:]
        elif step not in {"", "."}:
            parts.append(step)
    return "/".join(parts)


def main_part(package: Package, folder: str, usual: str) -> str:
    """The main document part: what the package's relations name, else the usual name."""
    related: Iterable[tuple[str, str]] = relations(package, "").values()
    for kind, name in related:
        if kind == "officeDocument" and name in package.names and name.startswith(folder):
            return name
    return usual
