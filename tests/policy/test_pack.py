"""The year's pack loads, says what it says, and its hashes change with what they stand for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jixiao.policy import Pack, Stage, load_pack
from jixiao.rules import check_settings


def edit(path: Path, old: str = "", new: str = "# 另一个版本\n") -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")


def test_the_year_has_its_seven_forms_and_every_stage(pack: Pack) -> None:
    assert pack.year == 2023
    assert list(pack.forms) == ["附件1", "附件2", "附件3", "附件4", "自评报告", "附件7", "附件8"]
    assert set(pack.calendar.windows) == set(Stage)
    assert pack.calendar.window(Stage.SUBMIT).closes == date(2024, 4, 30)
    assert pack.calendar.span == (date(2022, 11, 15), date(2024, 10, 31))
    check_settings(pack.rules)


def test_a_department_is_found_by_its_code(pack: Pack) -> None:
    department = pack.department("11431125MB18152796")
    assert department is not None
    assert department.name == "江永县科技和工业信息化局"
    assert [p.parent for p in department.projects] == [None, *["事业发展专项资金"] * 4]
    assert pack.department("0" * 18) is None


def test_texts_say_the_years_they_mean(pack: Pack) -> None:
    assert pack.title("{year}年预算数、{last_year}年决算数") == "2023年预算数、2022年决算数"
    assert "{" not in pack.title(pack.forms["附件1"].table("spending").column("final").title)


def test_a_source_is_said_by_its_title(pack: Pack) -> None:
    assert pack.source("gb32100").startswith("GB 32100-2015")


def test_a_copied_pack_is_the_same_pack(pack: Pack, copy: Path) -> None:
    assert load_pack(copy).hashes == pack.hashes


def test_a_file_saved_by_notepad_is_read_as_well(copy: Path) -> None:
    """With a byte order mark and CR LF."""
    path = copy / "calendar.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_pack(copy).calendar.window(Stage.SUBMIT).closes == date(2024, 4, 30)


def test_a_shorter_pack_is_a_pack(copy: Path) -> None:
    """Fewer forms, no reminders, no projects, another year: all data, no code."""
    folder = copy.rename(copy.parent / "2031")
    edit(folder / "pack.yaml", "year: 2023", "year: 2031")
    edit(folder / "pack.yaml", "[附件1, 附件2, 附件3, 附件4, 自评报告, 附件7, 附件8]", "[附件2]")
    edit(folder / "calendar.yaml", ", remind: [-14, -7, -1, 1, 5, 10]", "")
    (folder / "departments.yaml").write_text(
        "departments:\n  - {code: 11431125MB18152796, name: 某局}\n", encoding="utf-8"
    )
    (folder / "rules.yaml").write_text("settings: {A03: {severity: warning}}\n", encoding="utf-8")
    pack = load_pack(folder)
    assert list(pack.forms) == ["附件2"]
    assert pack.calendar.window(Stage.SUBMIT).remind == ()
    assert pack.title("{last_year}") == "2030"
    assert pack.rules.setting("A03").severity == "warning"
    assert pack.rules.setting("A04").enabled


@pytest.mark.parametrize(
    "name", ["scoring.yaml", "pack.yaml", "forms/附件2.yaml", "forms/附件8.yaml"]
)
def test_the_scoring_hash_changes_with_what_scores_depend_on(
    pack: Pack, copy: Path, name: str
) -> None:
    edit(copy / name)
    assert load_pack(copy).scoring_hash != pack.scoring_hash


@pytest.mark.parametrize(
    "name", ["channels.yaml", "calendar.yaml", "departments.yaml", "rules.yaml"]
)
def test_the_scoring_hash_stays_with_what_they_do_not(pack: Pack, copy: Path, name: str) -> None:
    edit(copy / name)
    changed = load_pack(copy)
    assert changed.hashes != pack.hashes
    assert changed.scoring_hash == pack.scoring_hash


def test_the_forms_hash_changes_with_forms_only(pack: Pack, copy: Path) -> None:
    edit(copy / "scoring.yaml")
    assert load_pack(copy).forms_hash == pack.forms_hash
    edit(copy / "forms" / "附件3.yaml")
    assert load_pack(copy).forms_hash != pack.forms_hash
