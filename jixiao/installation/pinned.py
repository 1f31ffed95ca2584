"""The packs of an installation: its own copy, which an upgrade of the program does not touch.

They lie in ``<var>/config/<year>/``. Beside them ``.shipped.json`` says what each file was when
it was copied, so that an upgrade can tell what the bureau has changed since.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jixiao.errors import JixiaoError, PackError, reason
from jixiao.installation.contents import CONFIG
from jixiao.installation.delivery import write_file
from jixiao.installation.paths import config_dir, shipped_config_dir, var_dir, years_in
from jixiao.version import __version__

RECORD = ".shipped.json"


@dataclass(frozen=True, slots=True)
class Shipped:
    """What was copied from the program.

    Attributes:
        program: its version.
        files: path below ``config`` → SHA-256.
    """

    program: str
    files: dict[str, str]


def pin(var: Path, say: Callable[[str], None]) -> None:
    """From its first real use on, an installation works with packs of its own.

    Copies the shipped ones into the working folder where nothing says yet which ones count, and
    says where. Of two that do it at once one wins, and nobody ever sees half of it.

    Raises:
        JixiaoError: something else lies where they belong.
        OSError: they cannot be written.
    """
    config, shipped = var / CONFIG.name, shipped_config_dir()
    years = years_in(shipped)
    if os.environ.get("JIXIAO_HOME") or not years or years_in(config):
        return
    var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=var, prefix=".pinning-") as staged:
        fresh = Path(staged) / CONFIG.name
        files: dict[str, str] = {}
        for year in years:
            files |= copy_year(shipped, fresh, year)
        write_record(fresh, Shipped(__version__, files))
        try:
            os.rename(fresh, config)
        except OSError as error:
            if years_in(config):
                return  # the other one has
            if config.is_dir():
                raise JixiaoError(
                    f"{config} 里有别的内容，却没有年度文件夹，政策包放不进去。请把它移走。"
                ) from None
            error.filename, error.filename2 = str(config), None
            raise
    say(f"政策包已固定在 {config}，今后改这里；升级程序不会动它。")


def copy_year(shipped: Path, into: Path, year: int) -> dict[str, str]:
    """Copy a year's folder; returns path below ``into`` → SHA-256 of every file."""
    return {
        name: write_file(into / name, (shipped / name).read_bytes())
        for name in (f"{year}/{file}" for file in files_of(shipped / str(year)))
    }


def files_of(folder: Path) -> list[str]:
    """Every file below a folder by its path there."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def file_hash(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        PackError: it cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise PackError(f"读不了文件 {path}：{reason(error)}。") from None


def pinned_config() -> Path | None:
    """The folder of the packs pinned here, ``None`` where others count.

    Raises:
        PackError: it cannot be looked into.
    """
    config = var_dir() / CONFIG.name
    return config if years_in(config) and config.samefile(config_dir()) else None


def which_packs() -> str:
    """The folder whose packs count and why, in a clause.

    Raises:
        PackError: it cannot be looked into, or its record cannot be read.
    """
    config = config_dir()
    if pinned_config() is not None:
        record = read_record(config)
        since = f"固定于程序 {record.program}" if record else "由备份恢复或自己放入"
        return f"{config}（本机的，{since}；升级程序不会动它）"
    if os.environ.get("JIXIAO_HOME"):
        return f"{config}（由 JIXIAO_HOME 指定）"
    return f"{config}（随程序附带的，还没有固定；第一次 jixiao serve 或 jixiao run 时固定）"


def read_record(config: Path) -> Shipped | None:
    """What was copied here, ``None`` where that was not written down.

    Raises:
        PackError: it cannot be read.
    """
    path = config / RECORD
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(content) for name, content in given["files"].items()}
        return Shipped(str(given["program"]), files)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PackError(f"读不了文件 {path}：{reason(error)}。") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PackError(
            f"{path} 已损坏，看不出固定以后改过哪些文件。请从备份恢复它；没有备份就移走它，"
            "以后每个有差别的文件都会当作改过的。"
        ) from None


def write_record(config: Path, record: Shipped) -> None:
    data = {"program": record.program, "files": dict(sorted(record.files.items()))}
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    write_file(config / RECORD, text.encode())
