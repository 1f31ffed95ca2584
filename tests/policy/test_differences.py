"""What two versions of a file say otherwise: by meaning, not by how they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from jixiao.installation.differences import differences
from jixiao.policy.yamlfile import read_yaml

CASES = {
    "the same": ("a: 1\nb: [x, y]", "a: 1\nb: [x, y]", []),
    "comments, order of keys, quotes and layout": (
        "# old\na: 1\nb: {c: x, d: [1, 2]}",
        'b:\n  d:\n    - 1\n    - "2"\n  c: "x" # new\na: 1',
        [],
    ),
    "a value": ("a: {b: 2024-04-30}", "a: {b: 2024-05-10}", ["改动 a.b：2024-04-30 → 2024-05-10"]),
    "a number written otherwise is another text": ("a: 7.60", "a: 7.6", ["改动 a：7.60 → 7.6"]),
    "true is no text": ("a: true", 'a: "true"', ["改动 a：true → true"]),
    "a new key": ("a: 1", "a: 1\nb: {c: 2}", ['新增 b：{"c": "2"}']),
    "a key that went": ("a: 1\nb:", "a: 1", ["删除 b：原为 （空）"]),
    "another kind of thing": ("a: [1]", "a: {b: 1}", ['改动 a：["1"] → {"b": "1"}']),
    "a list of plain values": ("a: [1, 2]", "a: [2, 1]", ['改动 a：["1", "2"] → ["2", "1"]']),
    "items by their name": (
        "rows:\n- {id: a, t: 1}\n- {id: b, t: 2}\n- {id: c, t: 3}",
        "rows:\n- {id: z, t: 0}\n- {id: a, t: 1}\n- {id: c, t: 4}",
        [
            '删除 rows.b：原为 {"id": "b", "t": "2"}',
            "改动 rows.c.t：3 → 4",
            '新增 rows.z：{"id": "z", "t": "0"}',
        ],
    ),
    "the first item of a list": ("r: []", "r: [{id: a}]", ['新增 r.a：{"id": "a"}']),
    "items in another order": (
        "rows: [{code: A1}, {code: A2, x: 1}]",
        "rows: [{code: A2, x: 2}, {code: A1}]",
        ["改动 rows.A2.x：1 → 2", '改动 rows：顺序，["A1", "A2"] → ["A2", "A1"]'],
    ),
    "a name that does not tell them apart": (
        "r: [{id: a, x: 1}, {id: a, x: 2}]",
        "r: [{id: a, x: 1}, {id: a, x: 3}]",
        ["改动 r.1.x：2 → 3"],
    ),
    "nameless items, one more": (
        "s: [{below: 0.5}]",
        "s: [{below: 0.5}, {below: 0.6}]",
        ['改动 s：[{"below": "0.5"}] → [{"below": "0.5"}, {"below": "0.6"}]'],
    ),
    "the whole file": ("[1]", "a: 1", ['改动 （整个文件）：["1"] → {"a": "1"}']),
    "a long text": (f"a: {'长' * 80}", "a: 短\n", [f"改动 a：{'长' * 60}…… → 短"]),
    "a text of several lines": ('a: "x\\ny"', "a: y", ["改动 a：x y → y"]),
}


@pytest.mark.parametrize("name", CASES)
def test_differences(name: str, tmp_path: Path) -> None:
    old, new, wanted = CASES[name]
    read = []
    for text in (old, new):
        (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
        read.append(read_yaml(tmp_path / "file.yaml")[0])
    assert [change.said() for change in differences(*read)] == wanted
