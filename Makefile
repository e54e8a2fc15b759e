# Two commands do all: `make demo` and `make test`.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
DEMO_DIR ?= demo-output
DEMO_PORT ?= 8765
DEMO_SESSIONS ?= 44

.PHONY: help demo test lint types install browser servers lock clean

help:
	@echo "make demo   install, then make stimuli, run a study, analyse it (DEMO_EXIT=1: do not keep serving)"
	echo "            also DEMO_DIR=folder, DEMO_PORT=8765, DEMO_SESSIONS=44"
	echo "make test   install what the tests need, then lint, types and every test"
	echo "make lock   write the installed versions to .ci/constraints.txt"
	echo "make clean  remove the virtual environment and the demo's output"

$(VENV)/bin/python:
	@if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
		echo "Accentuate needs Python 3.11 or newer; '$(PYTHON)' is not. Install it, or name one: make PYTHON=python3.12 …" >&2
		exit 1
	fi
	if ! $(PYTHON) -m venv $(VENV); then
		rm -rf $(VENV)
		echo "A virtual environment could not be made. On Debian: apt-get install python3-venv" >&2
		exit 1
	fi

$(VENV)/.installed-all: $(VENV)/bin/python pyproject.toml .ci/constraints.txt
	@echo "Installing Accentuate into $(VENV) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[all]'
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed-all
	@echo "Installing what the tests need into $(VENV) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt --editable '.[dev]'
	touch $@

install: $(VENV)/.installed-all

demo: install
	@PATH="$(BIN):$$PATH" DEMO_DIR="$(DEMO_DIR)" DEMO_PORT="$(DEMO_PORT)" DEMO_SESSIONS="$(DEMO_SESSIONS)" .ci/demo

browser:
	@.ci/ensure-browser

servers:
	@.ci/ensure-servers

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	@$(BIN)/mypy

test: $(VENV)/.installed-dev browser servers lint types
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lock: $(VENV)/.installed-dev
	@$(BIN)/python -m pip freeze --exclude-editable | grep -viE '^(nvidia|cuda|triton|pip|setuptools)' > .ci/constraints.txt

clean:
	@rm -rf $(VENV) $(DEMO_DIR)
