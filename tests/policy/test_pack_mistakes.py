"""Every kind of mistake in a pack is named by file, line and key, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from jixiao.errors import PackError
from jixiao.policy import load_pack
from jixiao.policy.model import RulesPolicy
from jixiao.policy.pack import FILES
from jixiao.policy.yamlfile import load_model, read_yaml
from jixiao.rules import check_settings

HERE = Path(__file__).parent
FORMS = ("附件1", "附件2", "附件3", "附件4", "自评报告", "附件7", "附件8")


def cases(name: str) -> list[Any]:
    loaded = yaml.safe_load((HERE / "should_fail" / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["title"]) for case in loaded]


def problems(folder: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    return caught.value.message.splitlines()


@pytest.mark.parametrize("case", cases("files.yaml"))
def test_files(case: dict[str, Any], copy: Path) -> None:
    path = copy / case["file"]
    if case.get("drop"):
        path.unlink()
    elif "bytes" in case:
        path.write_bytes(bytes.fromhex(case["bytes"]))
    else:
        path.write_text(case["put"], encoding="utf-8")
    found = problems(copy)
    message = "\n".join(found)
    assert all(str(path) in line for line in found)
    if "line" in case:
        assert f"第 {case['line']} 行" in message
    for words in case["says"]:
        assert words in message


@pytest.mark.parametrize("case", cases("values.yaml"))
def test_values(case: dict[str, Any], copy: Path) -> None:
    path = copy / case["file"]
    before = path.read_text(encoding="utf-8")
    if "put" in case:
        after = case["put"]
    else:
        assert before.count(case["old"]) == 1
        after = before.replace(case["old"], case["new"])
    path.write_text(after, encoding="utf-8")
    line = case["line"] if "line" in case else after[: after.rindex(case["at"])].count("\n") + 1
    found = problems(copy)
    wanted = f"{path} 第 {line} 行，{case['key']}："
    hits = [each for each in found if each.startswith(wanted)]
    assert hits, f"{wanted} not in\n" + "\n".join(found)
    for words in case["says"]:
        assert any(words in hit.removeprefix(wanted) for hit in hits), hits


def test_several_mistakes_are_all_said_at_once(copy: Path) -> None:
    for name, old, new in (
        ("pack.yaml", "show_findings", "show_finding"),
        ("calendar.yaml", "opens: 2022-11-15", "opens: never"),
        ("calendar.yaml", "closes: 2024-10-31", "closes: later"),
        ("departments.yaml", "        parent: 事业发展专项资金", "        parent: 别的"),
        ("channels.yaml", "format: markdown", "format: html"),
        ("forms/附件1.yaml", "required: [final]", "required: [finale]"),
        ("forms/附件8.yaml", "type: choice", "type: choise"),
    ):
        path = copy / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (copy / "scoring.yaml").unlink()
    message = "\n".join(problems(copy))
    for words in (
        "site.show_finding：",
        "windows.targets.opens：",
        "windows.publish.closes：",
        "departments.0.projects.1.parent：",
        "departments.0.projects.4.parent：",
        "channels.bureau.format：",
        "sections.2.rows.0.required.0：",
        "sections.2.rows.12.required.0：",
        "sections.0.columns.2.type：",
        "scoring.yaml。",
    ):
        assert words in message


def test_mistakes_between_files_are_all_said_at_once(copy: Path) -> None:
    for name, old, new in (
        ("departments.yaml", "channels: [departments]", "channels: [nobody]"),
        ("scoring.yaml", "source: hunan-rubric", "source: nowhere"),
        ("forms/附件8.yaml", "id: 附件8", "id: 附件9"),
    ):
        path = copy / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    found = problems(copy)
    assert sum("nobody" in line for line in found) == 6
    assert sum("nowhere" in line for line in found) == 4
    assert sum("附件9" in line for line in found) == 1
    assert all(re.search(r" 第 [1-9]\d* 行，\S+：", line) for line in found)


def test_no_such_folder_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"找不到政策包 .*1999"):
        load_pack(tmp_path / "1999")


def test_unknown_rules_and_parameters_are_named() -> None:
    policy = RulesPolicy.model_validate(
        {"settings": {"Z99": {}, "A03": {"params": {"nothing": "1"}}, "A01": {"enabled": False}}}
    )
    with pytest.raises(PackError) as caught:
        check_settings(policy)
    first, second = caught.value.message.splitlines()
    assert "rules.yaml" in first
    assert "settings.Z99" in first
    assert "没有这条规则" in first
    assert "settings.A03.params.nothing" in second


def spoilt(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The data with one node replaced by something of another kind, for every node."""
    for wrong in (None, "错", [], {}, ["错"], {"错": "错"}, "-1", "99999999999", True):
        yield path, wrong
    if isinstance(data, dict):
        items: Any = data.items()
    elif isinstance(data, list):
        items = list(enumerate(data))[:2]  # the items of a list are alike
    else:
        return
    for key, value in items:
        for where, wrong in spoilt(value, (*path, key)):
            yield where, wrong


def put(data: Any, path: tuple[Any, ...], wrong: Any) -> Any:
    if not path:
        return wrong
    if isinstance(data, dict):
        return {k: put(v, path[1:], wrong) if k == path[0] else v for k, v in data.items()}
    return [put(v, path[1:], wrong) if i == path[0] else v for i, v in enumerate(data)]


# Two Latin words in a row: a sentence of a library, which no clerk should read.
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")


@pytest.mark.parametrize("name", [*FILES, *(f"forms/{form}.yaml" for form in FORMS)])
def test_whatever_stands_in_a_file_is_taken_or_refused_in_chinese(
    name: str, root: Path, tmp_path: Path, models: dict[str, Any]
) -> None:
    data, _ = read_yaml(root / "config" / "2023" / name)
    path = tmp_path / "file.yaml"
    refused = 0
    for where, wrong in spoilt(data):
        changed = put(data, where, wrong)
        try:
            models[name].model_validate(changed)
        except ValueError:
            refused += 1
            # The way round through a file is slow: some of the refused ones, spread over all.
            if refused % 29:
                continue
            path.write_text(yaml.safe_dump(changed, allow_unicode=True), encoding="utf-8")
            with pytest.raises(PackError) as caught:
                load_model(path, models[name])
            for line in caught.value.message.splitlines():
                said = line.removeprefix(str(path))
                assert re.match(r" 第 [1-9]\d* 行，\S+：.*[\u4e00-\u9fff].*。$", said), line
                assert not ENGLISH.search(said.partition("：")[2]), (where, wrong, line)
    assert refused > 20
