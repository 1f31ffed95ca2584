"""Old and foreign office files turned into today's by LibreOffice, where it is installed.

LibreOffice runs as a process of its own with a profile that is thrown away, without macros and
without fetching anything a document links to, and is ended when it takes too long.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from jixiao.errors import RefusedFile

SECONDS = 90.0  # wall time a file may take
MEMORY = 4 * 1024**3  # bytes of address space LibreOffice may take
_MOST_OUTPUT = 60 * 1024 * 1024  # bytes of the converted file
_PROGRAMS = ("soffice", "libreoffice")
#: Kind as the guard tells it → what it is converted to, and how it is called for LibreOffice.
TARGETS = {"doc": ("docx", "doc"), "rtf": ("docx", "rtf")}
#: A file of the old kind whose streams nobody knows is told by its name alone.
BY_SUFFIX = {".wps": ("docx", "wps"), ".et": ("xlsx", "xls"), ".doc": ("docx", "doc")}
_COMMON = "/org.openoffice.Office.Common/Security/Scripting"
_PROFILE = f"""<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="{_COMMON}"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="{_COMMON}"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="{_COMMON}"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse">
<value>true</value></prop></item>
</oor:items>
"""


def office() -> str | None:
    """The path of LibreOffice, if it is installed."""
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def convertible(kind: str, name: str) -> bool:
    """Whether a file of this kind and name is one for LibreOffice."""
    return kind in {"doc", "rtf"} or (kind == "ole" and Path(name).suffix.lower() in BY_SUFFIX)


def converted(data: bytes, kind: str, name: str) -> bytes:
    """The file as ``.docx`` or ``.xlsx``.

    Args:
        kind: ``doc``, ``rtf`` or ``ole``, as the guard tells it.

    Raises:
        RefusedFile: ``no_office`` where LibreOffice is missing, ``convert_failed`` where it
            cannot read the file or takes too long.
    """
    target, suffix = BY_SUFFIX[Path(name).suffix.lower()] if kind == "ole" else TARGETS[kind]
    program = office()
    if program is None:
        raise RefusedFile(
            "no_office",
            f"“{name}”是旧版或 WPS 专用格式，这台机器没有装 LibreOffice，转换不了。"
            f"请用 Word、Excel 或 WPS 另存为 .{target} 后重新报送。",
        )
    with tempfile.TemporaryDirectory(prefix="jixiao-office-") as folder:
        result = _run(program, Path(folder), data, suffix, target)
    if result is None:
        raise RefusedFile(
            "convert_failed",
            f"“{name}”转换不了（打不开、有密码或用时过长）。请另存为 .{target} 后重新报送。",
        )
    return result


def _run(program: str, folder: Path, data: bytes, suffix: str, target: str) -> bytes | None:
    """The converted bytes; ``None`` where LibreOffice gave none."""
    profile, source, out = folder / "profile", folder / f"file.{suffix}", folder / "out"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    source.write_bytes(data)
    process = subprocess.Popen(  # noqa: S603 - our own words; the file's name is ours too
        [
            program,
            "--headless",
            "--norestore",
            "--nolockcheck",
            f"-env:UserInstallation={profile.as_uri()}",
            "--convert-to",
            target,
            "--outdir",
            str(out),
            str(source),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=folder,
    )
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY:  # else the reader's own limit holds for its children too
        resource.prlimit(process.pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)
    result = out / f"file.{target}"
    if not result.is_file() or result.stat().st_size > _MOST_OUTPUT:
        return None
    made = result.read_bytes()
    return made if made.startswith(b"PK") else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends LibreOffice and everything it started: they share a session of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of it has ended already
    finally:
        process.wait()
