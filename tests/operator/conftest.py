"""The sample year, prepared once a session, and played by a county of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jixiao.backup import backup
from jixiao.demo.sink import Sink
from jixiao.installation.settings import Settings
from jixiao.policy import Department
from jixiao.policy.model import Project, Roster
from jixiao.policy.roster import write_roster
from jixiao.year import year_pack
from tests.operator.archives import small
from tests.operator.year import YEAR, Prepared, play, prepare, settings_in

#: Of the shipped roster these stay, with other people to be told.
STAY = ("11431125MB18152796", "11431199MB99010161", "12431199MB990505X6")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The files the clerks of the sample year hand in."""
    return prepare(tmp_path_factory.getbasetemp() / "prepared")


def own_roster() -> Roster:
    """A roster no pack holds: some departments of the shipped one left, others came."""
    known = {d.code: d for d in year_pack(YEAR).roster.departments}
    stay = [
        replace(known[code], aliases=(), contact=f"联系人{i}", phone=f"0746-555{i:04}")
        for i, code in enumerate(STAY)
    ]
    come = [
        Department(
            code=code,
            name=name,
            contact="周**",
            phone="0746-5559999",
            channels=("departments",),
            projects=(Project(name=project, supervisor=name, implementer=name),),
        )
        for code, name, project in (
            ("11431199MB77010152", "邻县水利局", "小型水库安全专项"),
            ("12431199MB77020260", "邻县档案馆", "馆藏数字化专项"),
        )
    ]
    return Roster(departments=(*come, *stay))


@pytest.fixture(scope="session")
def county(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A whole year, published, of a county whose roster was imported; its notices were sent."""
    settings = settings_in(tmp_path_factory.mktemp("county") / "var")
    write_roster(settings.var, YEAR, own_roster())
    with pytest.MonkeyPatch.context() as patch, Sink(settings.notices) as sink:
        for name in ("DEPARTMENTS", "BUREAU", "OPERATORS"):
            patch.setenv(f"JIXIAO_CHANNEL_{name}", sink.address(name.lower()))
        for _ in play(prepared, settings):
            pass
    assert (settings.site / "current" / "index.html").is_file()
    return settings


@pytest.fixture(scope="session")
def small_saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup of an installation with a few files and rows."""
    folder = tmp_path_factory.mktemp("small")
    settings = settings_in(folder / "var")
    small(settings)
    backup(settings, folder / "jixiao.tar")
    return folder / "jixiao.tar"


@pytest.fixture
def fresh(tmp_path: Path, database_address: str) -> Settings:
    """A machine with nothing on it: not even the folder, not even a table."""
    return Settings(tmp_path / "machine" / "var", database_address)
