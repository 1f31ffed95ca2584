"""The console script ``jixiao``.

Exit codes: 0 fine, 1 findings of severity error (or something left undone), 2 could not read.
Prefect is imported only by the commands that need it.
"""

from __future__ import annotations

import sys
import tempfile
import traceback
from pathlib import Path

import typer

from jixiao.cli import check, decide, diff, filings, notices, ops, packs, roster, site, year
from jixiao.errors import JixiaoError, reason, remedy, unreadable
from jixiao.version import __version__

app = typer.Typer(
    name="jixiao",
    help="预算绩效自评：下达、收集、重算、审核、公开、核验。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
year.register(app)
notices.register(app)
check.register(app)
decide.register(app)
packs.register(app)
diff.register(app)
filings.register(app)
roster.register(app)
ops.register(app)
site.register(app)


def _version(show: bool) -> None:
    if show:
        typer.echo(f"jixiao {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="显示版本号。"
    ),
) -> None:
    pass


def main() -> None:
    """Run the command line; whatever goes wrong, the user reads a sentence, not a traceback."""
    try:
        app()
    except JixiaoError as error:
        typer.echo(error.message, err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("已中断。已经完成的部分都已保存，再次运行会接着做。", err=True)
        sys.exit(130)
    except OSError as error:
        # Not ours to mend: the disk, its rights. Kept for the maintainer all the same.
        typer.echo(f"{unreadable(error)}。{remedy(error)}。\n{_kept()}", err=True)
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last net: kept for the maintainer, said to the user
        typer.echo(f"程序出错（{type(error).__name__}）：{error}\n{_kept()}", err=True)
        sys.exit(2)


def _kept() -> str:
    """Write the error at hand down for the maintainer; says where."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="jixiao-error-", suffix=".log", delete=False
        ) as file:
            traceback.print_exc(file=file)
    except OSError as error:
        return f"详细记录写不下来（{reason(error)}）。已保存的数据不受影响。"
    return f"详细记录在 {Path(file.name)}，请交给维护人员。已保存的数据不受影响。"
