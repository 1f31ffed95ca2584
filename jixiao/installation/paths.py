"""Where packs, templates and working files are.

``JIXIAO_HOME`` first, then the working folder where packs are pinned in it, then what is shipped:
in the checkout this module stands in, else inside the installed package.
"""

from __future__ import annotations

import os
from pathlib import Path

from jixiao.errors import PackError, reason, remedy
from jixiao.installation.contents import CONFIG

_PACKAGE = Path(__file__).resolve().parents[1]


def var_dir() -> Path:
    """The folder this installation works in: ``JIXIAO_VAR``, else ``var`` in the current one."""
    return Path(os.environ.get("JIXIAO_VAR", "var")).resolve()


def data_root() -> Path:
    """The folder that holds ``config/`` and ``templates/``.

    Raises:
        PackError: ``JIXIAO_HOME`` points to a folder that has no ``config/``, or the packs pinned
            in the working folder cannot be looked at: then the shipped ones do not count instead.
    """
    home = os.environ.get("JIXIAO_HOME")
    if home:
        root = Path(home).expanduser()
        if not (root / "config").is_dir():
            raise PackError(
                f"JIXIAO_HOME 指向 {root}，但里面没有 config 文件夹。请改正该环境变量。"
            )
        return root
    var = var_dir()
    return var if years_in(var / CONFIG.name) else _shipped_root()


def _shipped_root() -> Path:
    checkout = _PACKAGE.parent
    if (checkout / "config").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout
    return _PACKAGE / "_data"


def config_dir() -> Path:
    """The folder of the policy packs, one folder a year."""
    return data_root() / "config"


def shipped_config_dir() -> Path:
    """The packs this program ships, whichever count."""
    return _shipped_root() / "config"


def demo_dir() -> Path:
    """The script and the filings of the demonstration."""
    return _shipped_root() / "demo"


def years_in(config: Path) -> list[int]:
    """The years that have a policy pack in this folder, oldest first; none where there is none.

    Raises:
        PackError: it cannot be looked into.
    """
    try:
        names = os.listdir(config)
    except FileNotFoundError:
        if not config.is_symlink():
            return []
        raise PackError(f"{config} 指向的文件夹不在了。请恢复它，或移走这个链接。") from None
    except OSError as error:
        raise PackError(
            f"读不了政策包所在的 {config}：{reason(error)}。{remedy(error)}。"
        ) from None
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def pack_dir(year: int) -> Path:
    return config_dir() / str(year)


def template_dir() -> Path:
    """The folder of the Jinja2 templates; where packs are kept without one, the package's."""
    templates = data_root() / "templates"
    return templates if templates.is_dir() else shipped_template_dir()


def shipped_template_dir() -> Path:
    """The folder of the templates this program ships."""
    checkout = _PACKAGE.parent / "templates"
    return checkout if checkout.is_dir() else _PACKAGE / "_data" / "templates"


def docs_dir() -> Path:
    """The folder of the guide that goes out to departments, with its pictures."""
    checkout = _PACKAGE.parent / "docs"
    return checkout if checkout.is_dir() else _PACKAGE / "_data" / "docs"


def deployments_dir() -> Path:
    """The folder of the Prefect deployments, in the checkout or inside the package."""
    checkout = _PACKAGE.parent / "deployments"
    return checkout if checkout.is_dir() else _PACKAGE / "_data" / "deployments"
