"""The package as it is installed on a server: from a wheel, outside of any checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.operator.served import clean_environment, command

LOAD = """
from prefect.flows import load_flow_from_entrypoint
from flows.deployments import read_deployments
for given in read_deployments():
    flow = load_flow_from_entrypoint(given["entrypoint"], use_placeholder_flow=False)
    assert flow.name == given["name"]
    print(flow.name)
"""


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder a wheel of this checkout was unpacked into."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"import hatchling.build; print(hatchling.build.build_wheel({str(folder)!r}))"
    ran = subprocess.run(
        [sys.executable, "-c", build], cwd=root, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    with zipfile.ZipFile(folder / ran.stdout.split()[-1]) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env={**clean_environment(installed), "PREFECT_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_it_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = "import flows, jixiao.installation.paths as p, tasks; print(flows.__file__, tasks.__file__, p.data_root())"
    ran = run(installed, tmp_path, sys.executable, "-c", where)
    assert ran.stdout.split() == [
        str(installed / "flows" / "__init__.py"),
        str(installed / "tasks" / "__init__.py"),
        str(installed / "jixiao" / "_data"),
    ]
    assert run(installed, tmp_path, *command("pack", "check", "2023")).returncode == 0

    ran = run(installed, tmp_path, *command("doctor", "--json"))
    found = {r["项目"]: r["结果"] for r in json.loads(ran.stdout)}
    ours = [n for n in found if n.startswith(("版本", "政策包", "模板", "字体"))]
    assert len(ours) >= 14
    assert {found[n] for n in ours} == {"正常"}


def test_every_deployment_loads_from_it(installed: Path, root: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, sys.executable, "-c", LOAD)
    assert ran.returncode == 0, ran.stderr
    assert "annual-cycle" in ran.stdout.split()
    scripts = (next(installed.glob("*.dist-info")) / "entry_points.txt").read_text()
    assert "jixiao = jixiao.cli:main" in scripts
