"""Where packs, templates and working files are.

``JIXIAO_HOME`` first, then the checkout this module stands in, then the copies inside the
installed package.
"""

from __future__ import annotations

import os
from pathlib import Path

from jixiao.errors import PackError

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The folder that holds ``config/`` and ``templates/``.

    Raises:
        PackError: ``JIXIAO_HOME`` points to a folder that has no ``config/``.
    """
    home = os.environ.get("JIXIAO_HOME")
    if home:
        root = Path(home).expanduser()
        if not (root / "config").is_dir():
            raise PackError(
                f"JIXIAO_HOME 指向 {root}，但里面没有 config 文件夹。请改正该环境变量。"
            )
        return root
    checkout = _PACKAGE.parent
    if (checkout / "config").is_dir() and (checkout / "pyproject.toml").is_file():
        return checkout
    return _PACKAGE / "_data"


def config_dir() -> Path:
    """The folder of the policy packs, one folder a year."""
    return data_root() / "config"


def pack_dir(year: int) -> Path:
    return config_dir() / str(year)


def template_dir() -> Path:
    """The folder of the Jinja2 templates; a ``JIXIAO_HOME`` without one uses the package's."""
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
