"""A pack an earlier program wrote is read by a later one; its files stay as they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jixiao.errors import PackError
from jixiao.policy import Calendar, Pack, Stage, formats, load_pack, model
from jixiao.policy.files import PackFiles
from jixiao.policy.schedule import event_days, next_window, openings, watched
from jixiao.rules import check_pack


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        check_pack(load_pack(folder))
    return caught.value.message.splitlines()


def line_of(path: Path, words: str) -> int:
    text = path.read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):
    """A later program: ``later(upgrade, …)`` gives it the formats after 1."""

    def put(*upgrades: Any) -> None:
        monkeypatch.setattr(formats, "UPGRADES", dict(enumerate(upgrades, 1)))
        monkeypatch.setattr(formats, "FORMAT", len(upgrades) + 1)

    return put


def gone(files: formats.Files) -> None:
    """``site.banner`` goes; a pack of before may still have it."""
    for site in formats.mappings(files.get("pack.yaml"), "site"):
        site.pop("banner", None)


def renamed(files: formats.Files) -> None:
    """Windows were called by ``start`` and ``end``, departments by ``title``."""
    for window in formats.mappings(files.get("calendar.yaml"), "windows", "*"):
        for old, new in (("start", "opens"), ("end", "closes")):
            if old in window:
                window[new] = window.pop(old)
    for department in formats.mappings(files.get("departments.yaml"), "departments", "*"):
        if "title" in department:
            department["name"] = department.pop("title")


def moved(files: formats.Files) -> None:
    """The quiet hours were called ``silence`` and stood in pack.yaml; holidays had a heading."""
    for info in formats.mappings(files.get("pack.yaml")):
        for calendar in formats.mappings(files.get("calendar.yaml")):
            if "silence" in info:
                calendar["quiet"] = info.pop("silence")
            if isinstance(calendar.get("holidays"), list):
                del calendar["holidays"][:1]


def test_there_is_an_upgrade_from_every_earlier_format() -> None:
    assert set(formats.UPGRADES) == set(range(1, formats.FORMAT))


@pytest.mark.parametrize("said", ["", "format: 1\n"])
def test_a_pack_of_this_format_is_read_as_it_is(said: str, pack: Pack, copy: Path) -> None:
    edit(copy / "pack.yaml", "year: 2023\n", f"{said}year: 2023\n")
    loaded = load_pack(copy)
    assert loaded.info.format == 1
    assert loaded.info == pack.info
    # What is made from a pack has this in its key: it must not change with the program.
    assert "format" not in loaded.info.model_dump()


def test_a_newer_format_is_one_sentence(copy: Path) -> None:
    edit(copy / "pack.yaml", "year: 2023\n", "format: 2\nyear: 2023\n")
    edit(copy / "calendar.yaml", "announce:", "announce_later:")
    (said,) = problems(copy)
    assert said == (
        f"{copy / 'pack.yaml'} 第 2 行，format："
        "政策包是由更新的程序写的（格式 2，本程序认识到 1），请先升级程序。"
    )


@pytest.mark.parametrize(
    ("said", "says"),
    [("0", "应不小于 1"), ("一", "应是一个整数"), ("", "应是一个整数"), ("9" * 5000, "整数")],
)
def test_a_format_that_is_no_number(said: str, says: str, copy: Path) -> None:
    edit(copy / "pack.yaml", "year: 2023\n", f"year: 2023\nformat: {said}\n")
    (found,) = problems(copy)
    assert found.startswith(f"{copy / 'pack.yaml'} 第 3 行，format：")
    assert says in found


def test_a_key_that_goes(pack: Pack, copy: Path, later: Any) -> None:
    edit(copy / "pack.yaml", "  title: 预算", "  banner: 欢迎\n  title: 预算")
    (said,) = problems(copy)
    assert "site.banner：没有这个键" in said
    before = {p: p.read_bytes() for p in copy.rglob("*.yaml")}
    later(gone)
    loaded = load_pack(copy)
    assert loaded.info == pack.info
    # In memory only: the files and what is known of them stay.
    assert {p: p.read_bytes() for p in copy.rglob("*.yaml")} == before
    assert loaded.hashes["calendar.yaml"] == pack.hashes["calendar.yaml"]


def test_a_pack_of_the_new_format_may_not_have_it_any_more(copy: Path, later: Any) -> None:
    edit(copy / "pack.yaml", "  title: 预算", "  banner: 欢迎\n  title: 预算")
    edit(copy / "pack.yaml", "year: 2023\n", "year: 2023\nformat: 2\n")
    later(gone)
    (said,) = problems(copy)
    assert "site.banner：没有这个键" in said


def as_before_renaming(copy: Path) -> None:
    edit(
        copy / "calendar.yaml",
        "submit: {opens: 2024-02-20, closes:",
        "submit: {start: 2024-02-20, end:",
    )
    edit(
        copy / "departments.yaml",
        "name: 江永县科技和工业信息化局",
        "title: 江永县科技和工业信息化局",
    )


def test_keys_that_are_renamed(pack: Pack, copy: Path, later: Any) -> None:
    as_before_renaming(copy)
    assert any("windows.submit.start：没有这个键" in line for line in problems(copy))
    later(renamed)
    loaded = load_pack(copy)
    assert loaded.calendar == pack.calendar
    assert loaded.roster == pack.roster


def test_two_formats_back(pack: Pack, copy: Path, later: Any) -> None:
    edit(copy / "pack.yaml", "  title: 预算", "  banner: 欢迎\n  title: 预算")
    as_before_renaming(copy)
    later(gone, renamed)
    assert load_pack(copy).calendar == pack.calendar
    edit(copy / "pack.yaml", "year: 2023\n", "year: 2023\nformat: 2\n")
    (said,) = problems(copy)  # only the step from 2 to 3 is left
    assert "site.banner：没有这个键" in said


def test_a_new_key_with_a_default_needs_nothing(pack: Pack, copy: Path) -> None:
    """It keeps the old behaviour where a pack does not name it."""

    class Later(Calendar):
        weekly: bool = False

    loaded = PackFiles(copy).load("calendar.yaml", Later)
    assert loaded.weekly is False
    assert loaded.windows == pack.calendar.windows


def test_mistakes_are_named_where_they_stand_on_disk(copy: Path, later: Any) -> None:
    """Beside what an upgrade changed, below it, and in what it moved to another file."""
    as_before_renaming(copy)
    edit(copy / "pack.yaml", "bureau:\n", "silence: {start: '25:00', end: '08:00'}\nbureau:\n")
    calendar, roster = copy / "calendar.yaml", copy / "departments.yaml"
    edit(calendar, 'quiet: {start: "20:00", end: "08:00"}', "# moved")
    edit(calendar, "holidays: []", "holidays:\n  - 休息日\n  - 2024-05-02\n  - 五月三日")
    edit(calendar, "end: 2024-04-30", "end: 2024-13-30")
    edit(calendar, "announce: 5 ", "announce: 五")
    edit(roster, "        parent: 事业发展专项资金", "        parent: 没有的项目")
    later(lambda files: (renamed(files), moved(files)))
    found = "\n".join(problems(copy))
    assert (
        f"{copy / 'pack.yaml'} 第 {line_of(copy / 'pack.yaml', 'silence')} 行，silence.start："
        in found
    )
    for words, key in (
        ("announce: 五", "announce"),
        ("2024-13-30", "windows.submit.end"),
        ("五月三日", "holidays.2"),
    ):
        assert f"{calendar} 第 {line_of(calendar, words)} 行，{key}：" in found
    line = line_of(roster, "没有的项目")
    assert f"{roster} 第 {line} 行，departments.0.projects.1.parent：" in found


def test_mistakes_between_files_too(copy: Path, later: Any) -> None:
    """Found when every file is right by itself, and by the catalogue of rules."""

    def first_goes(files: formats.Files) -> None:
        for roster in formats.mappings(files.get("departments.yaml")):
            del roster["departments"][:1]

    roster = copy / "departments.yaml"
    later(first_goes)
    text = roster.read_text(encoding="utf-8")
    roster.write_text(text.replace("channels: [departments]", "channels: [nobody]"), "utf-8")
    found = problems(copy)
    wanted = [
        n for n, line in enumerate(roster.read_text("utf-8").splitlines(), 1) if "nobody" in line
    ]
    assert [int(line.partition("第 ")[2].split()[0]) for line in found] == wanted[1:]
    assert "departments.1.channels.0" in found[0]


def test_an_unknown_rule_is_named_where_it_stands(copy: Path, later: Any) -> None:
    def settings(files: formats.Files) -> None:
        for rules in formats.mappings(files.get("rules.yaml")):
            rules["settings"] = rules.pop("rules", rules.get("settings"))

    later(settings)
    rules = copy / "rules.yaml"
    edit(rules, "settings:", "rules:\n  Z99: {enabled: false}")
    (said,) = problems(copy)
    assert f"{rules} 第 {line_of(rules, 'Z99')} 行，rules.Z99：没有这条规则" in said


@pytest.mark.parametrize(
    "text", ["", "- a\n", "windows: [错]\nholidays: 错\n", "windows: {submit: 错}\n"]
)
@pytest.mark.parametrize("name", ["pack.yaml", "calendar.yaml", "departments.yaml"])
def test_an_upgrade_does_not_break_down_on_a_mistake(
    text: str, name: str, copy: Path, later: Any
) -> None:
    (copy / name).write_text(text, encoding="utf-8")
    later(gone, renamed, moved)
    assert any(str(copy / name) in line for line in problems(copy))


@pytest.mark.parametrize("name", ["pack.yaml", "calendar.yaml", "forms/附件2.yaml"])
def test_a_file_that_is_missing_is_still_said_to_be(name: str, copy: Path, later: Any) -> None:
    (copy / name).unlink()
    later(gone, renamed, moved)
    assert any(f"找不到文件 {copy / name}" in line for line in problems(copy))


def test_a_file_that_refers_to_itself_is_refused(copy: Path, later: Any) -> None:
    edit(copy / "calendar.yaml", "holidays: []", "holidays: &x [*x]")
    later(gone)
    (said,) = problems(copy)
    assert f"{copy / 'calendar.yaml'} 第 {line_of(copy / 'calendar.yaml', '&x')} 行" in said


def test_a_later_stage_is_off_where_a_pack_does_not_name_it(
    pack: Pack, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown with the last of today's stages, as if it had come later than the pack."""
    edit(copy / "calendar.yaml", "  publish: {opens: 2024-09-02, closes: 2024-10-31}\n", "")
    (said,) = problems(copy)
    assert "缺少阶段：公开" in said
    monkeypatch.setattr(model, "ALWAYS", tuple(s for s in model.ALWAYS if s is not Stage.PUBLISH))
    calendar = load_pack(copy).calendar
    assert Stage.PUBLISH not in calendar.windows
    # Whoever goes through a calendar meets the others only.
    assert {s for _, stages in openings(calendar) for s in stages} == {*Stage} - {Stage.PUBLISH}
    assert watched(calendar)[1] == calendar.span[1] == date(2024, 5, 31)
    assert date(2024, 9, 2) in event_days(pack.calendar)
    assert max(event_days(calendar)) < date(2024, 9, 2)
    assert next_window(calendar, date(2024, 6, 1)) is None
