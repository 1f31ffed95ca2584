# Two commands on a fresh machine with Python 3.11–3.13: `make demo` and `make test`.
# Everything goes into .venv and var/; nothing needs root, a running server or a fixed port.

PYTHON ?= $(firstword $(foreach p,python3.12 python3.13 python3.11 python3,$(shell $(p) -c 'import sys,venv,ensurepip; (3,11) <= sys.version_info < (3,14) and print("$(p)")' 2>/dev/null)))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo serve test long chaos bench check lint types arrows lock docs clean

demo: .venv/runtime
	$(BIN)/jixiao demo

# Server, worker, deployments and automations on this machine; Ctrl-C ends them.
# `make serve VAR=var/demo` shows the demo's runs.
serve: .venv/runtime
	$(BIN)/jixiao serve $(if $(VAR),--var $(VAR))

# First what needs no server, on every core; then the servers, one after the other.
test: .venv/dev
	$(BIN)/python -m pytest -n auto --dist loadfile --ignore=tests/flows --ignore=tests/operator
	$(BIN)/python -m pytest tests/flows tests/operator

# The long proofs (two hundred kills, the benchmark); their result goes to
# benchmarks/RESULTS.md with date and commit.
long: .venv/dev
	$(BIN)/python -m benchmarks.long

# Kills the year N times at random instants, finishes it and compares with an undisturbed one.
N ?= 200
chaos: .venv/dev
	$(BIN)/python -m tests.operator.chaos $(N) $(SEED)

# What the house adds to the bare work, as ratios: `make bench DEPARTMENTS="20 40"`.
DEPARTMENTS ?= 20
bench: .venv/dev
	$(BIN)/python -m benchmarks.bench --prefect --departments $(DEPARTMENTS)

# What CI runs before the tests.
check: lint types arrows

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .

types: .venv/dev
	$(BIN)/mypy

arrows: .venv/dev
	$(BIN)/lint-imports

# Writes the generated documents anew (a test holds them to the code).
docs: .venv/dev
	$(BIN)/jixiao rules --markdown > docs/rules.md
	$(BIN)/jixiao pack forms 2023 > docs/forms.md
	$(BIN)/jixiao pack schemas docs/schemas

# Writes the lock files anew from pyproject.toml.
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --python-version 3.11 --extra build --extra postgres
lock: .venv/dev
	$(PIP) uv
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) pyproject.toml --extra redis -c requirements.lock -o requirements-redis.lock

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11、3.12 或 3.13(含 venv)。 / Needs Python 3.11-3.13 with venv."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) --no-deps --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(PIP) --no-deps --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch .venv/runtime $@

clean:
	rm -rf .venv var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
