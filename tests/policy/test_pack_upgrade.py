"""What a newer program ships, held against what an installation has pinned, and taken over."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from jixiao.cli import app
from jixiao.errors import JixiaoError, PackError
from jixiao.installation import paths, pinned
from jixiao.installation.pinned import RECORD, pin, read_record
from jixiao.policy import formats
from jixiao.year import year_pack, years_with_packs
from jixiao.year.officer import pack_upgrade

Run = Callable[..., Result]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def shipped(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the program ships, to be changed as a newer one would."""
    shutil.copytree(root / "config" / "2023", tmp_path / "program" / "config" / "2023")
    monkeypatch.setattr(paths, "_shipped_root", lambda: tmp_path / "program")
    return tmp_path / "program" / "config"


@pytest.fixture
def config(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packs of an installation, pinned from it by the program of before."""
    monkeypatch.delenv("JIXIAO_HOME", raising=False)
    monkeypatch.setenv("JIXIAO_VAR", str(tmp_path / "var"))
    pin(tmp_path / "var", lambda _: None)
    monkeypatch.setattr(pack_upgrade, "__version__", "9.0.0")
    return tmp_path / "var" / "config"


@pytest.fixture
def run() -> Run:
    return lambda *words: CliRunner().invoke(app, ["pack", "upgrade", *words])


def newer(shipped: Path) -> None:
    """Three files of the year and a year more; one of them by its comments alone."""
    edit(shipped / "2023" / "scoring.yaml", "threshold: 1.2\n", "threshold: 1.3 # 新口径\n")
    edit(shipped / "2023" / "calendar.yaml", "closes: 2024-04-30", "closes: 2024-05-10")
    edit(shipped / "2023" / "rules.yaml", "# 2023", "# 新的说明\n# 2023")
    shutil.copytree(shipped / "2023", shipped / "2024")
    edit(shipped / "2024" / "pack.yaml", "year: 2023", "year: 2024")


def test_without_pinned_packs_it_says_which_count(
    root: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIXIAO_VAR", str(tmp_path))
    ran = run()
    assert (ran.exit_code, ran.output.count("\n")) == (0, 1)
    assert f"{root / 'config'}（随程序附带的" in ran.output
    assert "没有可升级的" in ran.output
    monkeypatch.setenv("JIXIAO_HOME", str(root))
    assert "由 JIXIAO_HOME 指定" in run().output


def test_the_same_program_has_nothing_new(config: Path, run: Run) -> None:
    ran = run()
    assert (ran.exit_code, ran.output) == (0, "2023 年度：没有差别。\n")


def test_what_only_the_bureau_has_changed_is_no_difference(config: Path, run: Run) -> None:
    edit(config / "2023" / "calendar.yaml", "announce: 5", "announce: 7")
    (config / "2023" / "channels.yaml").unlink()
    (config / "2023" / "备忘.txt").write_text("本级的", encoding="utf-8")
    ran = run()
    assert ran.exit_code == 0
    assert "不必处理：calendar.yaml、channels.yaml" in ran.output
    assert "announce" not in ran.output


def test_it_shows_every_key_and_writes_nothing(config: Path, shipped: Path, run: Run) -> None:
    newer(shipped)
    edit(config / "2023" / "calendar.yaml", "closes: 2024-04-30", "closes: 2024-05-06")
    before = tree(config)
    ran = run()
    assert ran.exit_code == 1
    assert ran.output.splitlines() == [
        "2023 年度：",
        "  calendar.yaml（本级改过，不接管，请对照自己改）",
        "    改动 windows.submit.closes：2024-05-06 → 2024-05-10",
        "  scoring.yaml（本级没有改过）",
        "    改动 over_achievement.threshold：1.2 → 1.3",
        "2024 年度：新的年度，本程序附带，这里还没有。",
        "运行 jixiao pack upgrade --apply，接管可以接管的；写之前会把原来的文件夹另存一份。",
    ]
    assert tree(config) == before
    assert run("2024").output.startswith("2024 年度：新的年度")


def test_applied_it_takes_over_what_the_bureau_has_not_changed(
    config: Path, shipped: Path, run: Run
) -> None:
    newer(shipped)
    edit(config / "2023" / "calendar.yaml", "closes: 2024-04-30", "closes: 2024-05-06")
    before = tree(config / "2023")
    ran = run("--apply")
    assert ran.exit_code == 1  # the calendar is left
    kept = config / "2023.before-9.0.0"
    assert f"已接管 scoring.yaml；原来的存于 {kept}" in ran.output
    assert "没有接管 calendar.yaml" in ran.output
    assert f"已加入 {config / '2024'}" in ran.output
    new = tree(shipped / "2023")["scoring.yaml"]
    assert tree(config / "2023") == {**before, "scoring.yaml": new}
    assert tree(kept) == before
    assert tree(config / "2024") == tree(shipped / "2024")
    assert years_with_packs() == [2023, 2024]
    assert {p.name for p in config.iterdir()} == {"2023", "2024", kept.name, RECORD}
    assert year_pack(2023).calendar.windows["submit"].closes.day == 6  # type: ignore[index]

    # Once more there is nothing to take, nothing is kept again, and the calendar is still the bureau's.
    again = run("--apply")
    assert again.exit_code == 1
    assert "已接管" not in again.output
    assert "calendar.yaml（本级改过" in again.output
    assert not (config / "2023.before-9.0.0-2").exists()
    # Followed by hand, it is done.
    edit(config / "2023" / "calendar.yaml", "closes: 2024-05-06", "closes: 2024-05-10")
    assert run().exit_code == 0


def test_the_next_program_still_knows_who_changed_what(
    config: Path, shipped: Path, run: Run
) -> None:
    newer(shipped)
    run("--apply")
    edit(shipped / "2023" / "scoring.yaml", "threshold: 1.3", "threshold: 1.4")
    edit(shipped / "2024" / "scoring.yaml", "decimals: 2", "decimals: 1")
    assert run().output.count("scoring.yaml（本级没有改过）") == 2
    edit(config / "2024" / "scoring.yaml", "threshold: 1.3", "threshold: 1.9")
    assert run().output.count("scoring.yaml（本级没有改过）") == 1
    ran = run("--apply", "2023")
    assert ran.exit_code == 0
    assert (config / "2023.before-9.0.0-2").is_dir()


def test_files_that_come_and_go(config: Path, shipped: Path, run: Run) -> None:
    for name in ("附件5", "附件6"):
        (config / "2023" / "forms" / f"{name}.yaml").write_text("旧的", encoding="utf-8")
        (shipped / "2023" / "forms" / f"{name}.yaml").write_text("旧的", encoding="utf-8")
    shutil.rmtree(config)
    pin(config.parent, lambda _: None)
    for name in ("附件5", "附件6"):
        (shipped / "2023" / "forms" / f"{name}.yaml").unlink()
    (config / "2023" / "forms" / "附件6.yaml").write_text("本级的", encoding="utf-8")
    (config / "2023" / "channels.yaml").unlink()
    edit(shipped / "2023" / "channels.yaml", "title:", "title: 新")
    text = (shipped / "2023" / "forms" / "附件2.yaml").read_text(encoding="utf-8")
    (shipped / "2023" / "forms" / "附件9.yaml").write_text(text, encoding="utf-8")
    ran = run()
    assert ran.exit_code == 1
    assert ran.output.splitlines()[1:5] == [
        "  channels.yaml（本级改过，不接管，请对照自己改，本级已删去的文件）",
        "  forms/附件5.yaml（本级没有改过，程序不再附带的文件）",
        "  forms/附件6.yaml（本级改过，不接管，请对照自己改，程序不再附带的文件）",
        "  forms/附件9.yaml（本级没有改过，新增的文件）",
    ]
    shutil.copyfile(shipped / "2023" / "channels.yaml", config / "2023" / "channels.yaml")
    assert run("--apply").exit_code == 1
    forms = {p.stem for p in (config / "2023" / "forms").iterdir()}
    assert "附件9" in forms
    assert "附件6" in forms
    assert "附件5" not in forms
    record = read_record(config)
    assert record is not None
    assert "2023/forms/附件5.yaml" not in record.files


def test_what_would_spoil_the_pack_is_not_taken_over(config: Path, shipped: Path, run: Run) -> None:
    """A file may need another one that the bureau has changed."""
    edit(shipped / "2023" / "scoring.yaml", "source: general-method", "source: newest-method")
    edit(
        shipped / "2023" / "pack.yaml",
        "  general-method:",
        "  newest-method: {title: 新办法}\n  general-method:",
    )
    edit(config / "2023" / "pack.yaml", "绩效股值班人员", "李主任")
    before = tree(config)
    ran = run("--apply")
    assert ran.exit_code == 1
    assert "没有接管，因为接管以后政策包会有错误" in ran.output
    assert f"{config / '2023' / 'scoring.yaml'} 第" in ran.output
    assert "newest-method" in ran.output
    assert tree(config) == before


def test_cut_off_in_the_middle_the_rest_is_taken_over_next_time(
    config: Path, shipped: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer(shipped)
    before = tree(config / "2023")
    write = pack_upgrade.write_file

    def cut(path: Path, data: bytes) -> str:
        if path == config / "2023" / "scoring.yaml":
            raise KeyboardInterrupt
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(pack_upgrade, "write_file", cut)
        run("--apply", "2023")
    half = tree(config / "2023")
    assert half["calendar.yaml"] != before["calendar.yaml"]
    assert half["scoring.yaml"] == before["scoring.yaml"]
    assert tree(config / "2023.before-9.0.0") == before
    assert run("--apply", "2023").exit_code == 0
    assert tree(config / "2023")["scoring.yaml"] == tree(shipped / "2023")["scoring.yaml"]
    # What was taken over the first time is known to be the program's too.
    edit(shipped / "2023" / "calendar.yaml", "closes: 2024-05-10", "closes: 2024-05-20")
    assert "calendar.yaml（本级没有改过）" in run("2023").output


def test_where_nothing_was_written_down_nothing_is_taken_over(
    config: Path, shipped: Path, run: Run
) -> None:
    """As after a restore of packs that were never pinned; a new year can do no harm."""
    newer(shipped)
    (config / RECORD).unlink()
    before = tree(config / "2023")
    ran = run("--apply")
    assert ran.exit_code == 1
    assert "scoring.yaml（没有固定时的记录" in ran.output
    assert tree(config / "2023") == before
    assert (config / "2024").is_dir()
    assert "scoring.yaml（没有固定时的记录" in run().output


def test_years_of_the_bureaus_own_and_years_it_has_taken_away(
    config: Path, shipped: Path, run: Run
) -> None:
    newer(shipped)
    shutil.move(config / "2023", config / "2031")
    ran = run("--apply", "2031", "2023")
    assert ran.exit_code == 0
    assert "2031 年度：本程序不附带" in ran.output
    assert "2023 年度：本级已经删去" in ran.output
    assert years_with_packs() == [2031]
    ran = run("1999")
    assert isinstance(ran.exception, JixiaoError)
    assert "没有 1999 年度" in ran.exception.message


@pytest.mark.parametrize("how", ["no yaml", "no record", "no folder", "newer"])
def test_what_cannot_be_read_ends_it(
    how: str, config: Path, shipped: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer(shipped)
    spoilt = config / "2023" / "calendar.yaml"
    if how == "no yaml":
        spoilt.write_text("windows: {", encoding="utf-8")
    elif how == "no record":
        spoilt = config / RECORD
        spoilt.write_text("{", encoding="utf-8")
    elif how == "no folder":
        spoilt = config / "2023"
        shutil.rmtree(spoilt)
        spoilt.symlink_to(config / "gone")
    else:
        spoilt = config / "2023" / "pack.yaml"
        edit(spoilt, "year: 2023", "format: 2\nyear: 2023")
    before = tree(config)
    ran = run("--apply")
    assert isinstance(ran.exception, PackError)
    assert str(spoilt) in ran.exception.message
    assert tree(config) == before


@pytest.fixture
def rewritten(shipped: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of format 2, which calls a window's days otherwise and ships 2023 so."""

    def back(files: formats.Files) -> None:
        for window in formats.mappings(files.get("calendar.yaml"), "windows", "*"):
            window.pop("note", None)

    edit(config / "2023" / "calendar.yaml", "closes: 2024-04-30", "note: 旧, closes: 2024-04-30")
    record = read_record(config)
    assert record is not None
    known = {
        **record.files,
        "2023/calendar.yaml": pinned.file_hash(config / "2023" / "calendar.yaml"),
    }
    pinned.write_record(config, pinned.Shipped(record.program, known))
    edit(shipped / "2023" / "pack.yaml", "year: 2023", "format: 2\nyear: 2023")
    edit(shipped / "2023" / "scoring.yaml", "threshold: 1.2\n", "threshold: 1.3\n")
    monkeypatch.setattr(formats, "FORMAT", 2)
    monkeypatch.setattr(formats, "UPGRADES", {1: back})


@pytest.mark.usefixtures("rewritten")
def test_another_format_is_taken_over_as_a_whole(config: Path, shipped: Path, run: Run) -> None:
    ran = run()
    assert ran.exit_code == 1
    assert "格式：写的是 1，装入时自动换算到 2，不必改文件" in ran.output
    assert "不能混放，一起接管" in ran.output
    assert "note" not in ran.output  # what only the format has changed is no difference
    assert run("--apply").exit_code == 0
    assert tree(config / "2023") == tree(shipped / "2023")
    assert year_pack(2023).info.format == 2


@pytest.mark.usefixtures("rewritten")
def test_or_not_at_all(config: Path, shipped: Path, run: Run) -> None:
    """A file of format 1 in a pack that says 2 would not be read right any more."""
    edit(config / "2023" / "departments.yaml", "name: 江永县", "name: 江水县")
    before = tree(config)
    ran = run("--apply")
    assert ran.exit_code == 1
    assert "有本级改过的，一个都不接管" in ran.output
    assert "没有接管 scoring.yaml" in ran.output
    assert {**tree(config), RECORD: b""} == {**before, RECORD: b""}
    assert year_pack(2023).scoring.over_achievement.threshold == Decimal("1.2")
