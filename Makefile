# Two commands do everything: `make demo` and `make test`. The others are their parts.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export UV_PYTHON_DOWNLOADS = never
export UV_LINK_MODE = copy
# Compiled once here, not at the start of each command: a third of the time of a short one.
export UV_COMPILE_BYTECODE = 1

.DEFAULT_GOAL := help
.PHONY: help setup demo desk test test-long bench check docs lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 14

setup: $(STAMP)  ## the environment, from the hashed lock

$(STAMP): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, found " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

demo: setup  ## a sample quarter through the real DAGs, to its statements
	$(BIN)/saisines demo

desk: setup  ## the pages over a sample quarter, on this machine: prints their address and the account of each role
	$(BIN)/saisines desk

# Airflow reads its configuration once a process: the tests of the DAGs have theirs, the others share two.
PYTEST := $(BIN)/python -m pytest -q
OTHERS := --ignore=tests/dags -n 2 --dist loadfile

test: setup  ## the tests, in under ten minutes
	$(PYTEST) -m "not long" tests/dags
	$(PYTEST) -m "not long" $(OTHERS) tests

test-long: setup  ## servers, faults, browsers, long model-based runs
	$(PYTEST) -m long tests/dags
	$(PYTEST) -m long $(OTHERS) tests

bench: setup  ## figures beside their peers and floors: docs/performance.md (BENCH="--quick" leaves the million out)
	$(BIN)/python -m tests.bench $(BENCH)

check: setup  ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:  ## the lock again, from pyproject.toml
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11 --extra test --extra bench pyproject.toml -o requirements.lock

clean:  ## the environment and the default home
	rm -rf $(VENV) .saisines

docs: setup  ## the pages generated from the code
	$(BIN)/python -m etl.engine.catalogue > docs/ecarts.md
	$(BIN)/python -m etl.jobs.privacy.register > docs/registre.md
