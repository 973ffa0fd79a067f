# `make` lists the targets. Two of them do all the set-up: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install install-test run test check demo bench requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

install: $(VENV)/.installed ## .venv with what running needs; remade only when requirements.txt changes

install-test: $(VENV)/.installed-test

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "SCIM Bridge needs Python 3.11 or newer; name one with: make PYTHON=python3.12")'
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -r requirements.txt
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed tests/requirements.txt
	$(PIP) install -r tests/requirements.txt
	@touch $@

run: install ## migrate, then web server and worker together, until Ctrl-C
	@exec $(BIN)/python -m scim_bridge serve

check: install-test ## lint, types, import contracts
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: check ## everything: lint, types, import contracts, all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

demo: install ## an Okta and an Entra conversation on a temporary database, shown step by step
	@$(BIN)/python -m scim_bridge.demo

bench: install-test ## leavers on simulated platforms, the door at any size, many writers of one group; the others: bench/README.md
	@set -e; for each in leavers door group_race; do $(BIN)/python -m bench.$$each; done

requirements: install-test ## compile both requirements.txt files from their short lists
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-annotate --no-emit-find-links --no-emit-index-url \
		requirements.in -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --quiet --no-header --no-annotate --no-emit-find-links --no-emit-index-url \
		tests/requirements.in -o tests/requirements.txt

clean: ## remove .venv and caches; the database under var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
