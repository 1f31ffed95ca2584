"""The published schemas and the document of the forms are what the code says, and hold the pack."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from jixiao.cli.packs import schema_files
from jixiao.model.forms import Form
from jixiao.policy import Pack
from jixiao.policy.forms_doc import render_markdown
from jixiao.policy.pack import FILES
from jixiao.policy.yamlfile import load_model, read_yaml

FORMS = ("附件1", "附件2", "附件3", "附件4", "自评报告", "附件7", "附件8")
ROOT = Path(__file__).resolve().parents[2]


def validator(root: Path, name: str) -> Draft202012Validator:
    text = (root / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_editor(path: Path) -> Any:
    """The file as an editor sees it: YAML's own numbers; dates are text in JSON."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return yaml.load(path.read_text(encoding="utf-8"), Loader)


def test_the_schemas_are_up_to_date(root: Path) -> None:
    folder = root / "docs" / "schemas"
    written = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.json")}
    assert written == schema_files()


def test_the_document_of_the_forms_is_up_to_date(root: Path, pack: Pack) -> None:
    assert (root / "docs" / "forms.md").read_text(encoding="utf-8") == render_markdown(pack)


def test_the_document_names_every_row_column_and_heading(pack: Pack) -> None:
    text = render_markdown(pack)
    for form in pack.forms.values():
        assert f"## {form.id} " in text
        for table in form.tables():
            for part in (*table.rows, *table.columns):
                assert f"`{part.id}`" in text
                assert pack.title(part.title) in text
        if form.narrative is not None:
            assert all(f"`{h.id}`" in text for h in form.narrative.walk())
    assert "{year}" not in text


@pytest.mark.parametrize("name", [*FILES, *(f"forms/{form}.yaml" for form in FORMS)])
def test_a_file_of_the_pack_fits_its_published_schema(root: Path, name: str) -> None:
    schema = "form" if name.startswith("forms/") else name.removesuffix(".yaml")
    errors = validator(root, schema).iter_errors(as_editor(root / "config" / "2023" / name))
    assert [f"{e.json_path}: {e.message}" for e in errors] == []


@pytest.mark.parametrize("name", FORMS)
def test_a_form_comes_back_as_it_went(root: Path, tmp_path: Path, name: str) -> None:
    form = load_model(root / "config" / "2023" / "forms" / f"{name}.yaml", Form)
    dumped = form.model_dump(mode="json")
    validator(root, "form").validate(dumped)
    assert Form.model_validate_json(form.model_dump_json()) == form
    path = tmp_path / "form.yaml"
    path.write_text(yaml.safe_dump(dumped, allow_unicode=True), encoding="utf-8")
    assert load_model(path, Form) == form


_FORM_DATA = {n: read_yaml(ROOT / "config" / "2023" / "forms" / f"{n}.yaml")[0] for n in FORMS}


@cache
def _schema() -> Draft202012Validator:
    return validator(ROOT, "form")


def mappings(data: Any) -> list[dict[str, Any]]:
    """Every mapping in the data, at any depth."""
    if isinstance(data, dict):
        return [data, *(found for value in data.values() for found in mappings(value))]
    return [found for value in data for found in mappings(value)] if isinstance(data, list) else []


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_schema_refuses_a_misspelt_key_and_so_does_the_model(data: st.DataObject) -> None:
    """The model and the schema an editor uses agree on every mapping of every form."""
    form = copy.deepcopy(_FORM_DATA[data.draw(st.sampled_from(FORMS))])
    where = data.draw(st.sampled_from(mappings(form)))
    where["mis" + data.draw(st.sampled_from(sorted(where)))] = "x"
    assert not _schema().is_valid(form)
    with pytest.raises(ValueError):
        Form.model_validate(form)
