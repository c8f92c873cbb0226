# Each target sets up what it needs: a fresh clone and Python 3.11 or newer are enough.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help setup demo test coverage test-container test-browser check fuzz lock
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with everything in it

$(STAMP): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## the gate on the example deployment, offline; reports in out/demo
	$(BIN)/validator demo

test: $(STAMP) ## all tests
	$(BIN)/python -m pytest -q -n auto

coverage: $(STAMP) ## how much of the branches the fast tests take; at three times their time
	$(BIN)/python -m pytest -q -n auto -m "not slow" --cov --cov-report=term-missing:skip-covered

test-container: $(STAMP) $(VENV)/container/.installed ## the image as validator:test, run as users run it (needs root or sudo)
	scripts/container_setup.sh
	CONTAINER_IMAGE=validator:test $(BIN)/python -m pytest -q tests/container

test-browser: $(STAMP) ## the HTML report in a real browser, by axe and by the Nu validator (needs root or sudo once)
	scripts/browser_setup.sh
	CHROMIUM=$$(scripts/chromium.sh) $(BIN)/python -m pytest -q tests/browser

$(VENV)/container/.installed: tests/container/requirements.txt | $(STAMP)
	$(BIN)/python -m venv $(VENV)/container
	$(VENV)/container/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/npm/.installed: tests/npm/package.json tests/npm/package-lock.json
	@mkdir -p $(VENV)/npm && cp $^ $(VENV)/npm/
	npm ci --prefix $(VENV)/npm --silent --no-audit --no-fund
	@touch $@

check: $(STAMP) ## style, types, layers and the fast tests, in under a minute
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/sizes.py
	$(BIN)/python -m pytest -q -n auto -m "not slow" --hypothesis-profile quick

SEED ?= $(shell date +%s)
RUNS ?= 10000
fuzz: $(STAMP) ## broken specs and scenarios, mutated answers (a fiftieth on the wire): RUNS=10000 of each, SEED=1 repeats them
	$(BIN)/python -m tests.language.fuzzing $(RUNS) $(SEED)
	$(BIN)/python -m tests.fuzz.scenarios $(RUNS) $(SEED)
	$(BIN)/python -m tests.fuzz.answers $(RUNS) $(SEED)
	$(BIN)/python -m tests.fuzz.wire $$(( ($(RUNS) + 49) / 50 )) $(SEED)

lock: ## pin the newest versions with their hashes
	$(COMPILE) --upgrade pyproject.toml --output-file requirements.txt
	$(COMPILE) --upgrade --constraint requirements.txt --group dev pyproject.toml --output-file requirements-dev.txt
	$(COMPILE) --upgrade tests/container/requirements.in --output-file tests/container/requirements.txt
