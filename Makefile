# Hearthlink's front door. Works with GNU make 3.81 (macOS) and newer; on Windows use the two commands in README.md.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
# Other people's tools, which pin other versions: what Hearthlink is checked with and measured against.
ORACLES := .venv-oracles
# Debian packages of the tests: a browser to open the evidence page in, and a spreadsheet to open exports in, which
# Python talks to. The product needs none of them.
TEST_PACKAGES := chromium libreoffice-calc-nogui python3-uno

# The first Python that really runs and is new enough. A version manager's shim may exist and still fail.
ifndef PYTHON
PYTHON := $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$python"; break; fi; done)
endif

# Dagster's checks want a home of their own, and must not report home from it.
CHECK_HOME := $(VENV)/dagster_home
# dbt asks for a connection even to parse; nothing connects to this one.
NO_DATABASE := PGHOST=127.0.0.1 PGPORT=1 PGDATABASE=none PGUSER=none PGPASSWORD=none

.PHONY: help install install-dev splink oracles demo test test-packages bench-linkage lint ui clean lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(BIN)/hearthlink ## Install Hearthlink into .venv, from the hash-checked lock
	@cmp -s requirements.lock $(VENV)/requirements.lock || { \
		echo "installing (some minutes the first time) ..."; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
		&& cp requirements.lock $(VENV)/requirements.lock; }

install-dev: install
	@cmp -s requirements-dev.lock $(VENV)/requirements-dev.lock || { \
		echo "installing the tools of the checks ..."; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock \
		&& cp requirements-dev.lock $(VENV)/requirements-dev.lock; }

splink: install ## Install Splink into .venv, for an agreement that approves it in tier 5 (docs/linkage.md)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-splink.lock

oracles: ## Install the tools that Hearthlink is checked with and measured against, into .venv-oracles
	@cmp -s requirements-oracles.lock $(ORACLES)/requirements-oracles.lock || { \
		echo "installing the tools to check with and measure against ..."; \
		$(PYTHON) -m venv --clear $(ORACLES) \
		&& $(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-oracles.lock \
		&& cp requirements-oracles.lock $(ORACLES)/requirements-oracles.lock; }

# The package is put on the path by a .pth file and a launcher, which is what an editable install does in the end.
# `pip install -e .` would need setuptools: fetched at build time, outside the lock and its hashes.
$(BIN)/hearthlink: | $(VENV)/pyvenv.cfg
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -f $(VENV)/pyvenv.cfg; \
		echo "$(VENV) does not work (half made, or its Python is gone). Run make again: it is then made anew."; exit 1; }
	@$(BIN)/python -c 'import pathlib, sysconfig; \
		pathlib.Path(sysconfig.get_path("purelib"), "hearthlink.pth").write_text(str(pathlib.Path.cwd()) + "\n", encoding="utf-8")'
	@printf '%s\n' '#!/bin/sh' "'''exec' \"$(CURDIR)/$(BIN)/python\" \"\$$0\" \"\$$@\"" "' '''" \
		'from dagster_project.cli import app' 'app()' > $@
	@chmod +x $@

$(VENV)/pyvenv.cfg:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Hearthlink needs Python 3.11 or newer. Install it (Debian: apt install python3 python3-venv; macOS: brew install python@3.12)"; \
		echo "or name it: make PYTHON=/path/to/python3"; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		package="$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && apt-get install -y -qq "$$package"; \
		else echo "This Python cannot make environments. Run: sudo apt-get install $$package"; exit 1; fi; fi
	@$(PYTHON) -m venv --clear $(VENV) || { rm -f $@; exit 1; }

demo: install ## Publish an invented council, from nothing to a mart that an officer reads
	@$(BIN)/hearthlink demo

test: lint oracles test-packages ## Install all that is needed, then run every check and test
	@# Two at a time: more would wait for the disk. The tests of one file share their councils, in one process.
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-packages:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! { command -v chromium && command -v soffice && /usr/bin/python3 -c 'import uno'; } >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(TEST_PACKAGES) >/dev/null; fi

# Sizes, seeds and profiles of the invented councils; RECORDS and TRUTH name a record set of your own instead.
PEOPLE := 100000
SEEDS := 1 2
PROFILE := brief council
bench-linkage: install oracles ## Measure linkage beside Splink: PEOPLE, SEEDS, PROFILE, or RECORDS and TRUTH (benchmarks/README.md)
	@$(BIN)/python -m benchmarks.linkage $(if $(RECORDS),--records $(RECORDS) --truth $(TRUTH),--people $(PEOPLE) --seeds $(SEEDS) --profiles $(PROFILE))

lint: install-dev ## Run the checks that need no database
	@$(BIN)/ruff check .
	@# pyright in a build that brings its own Node.js, so that nothing is fetched while it checks.
	@$(BIN)/basedpyright
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models
	@mkdir -p $(CHECK_HOME) && printf 'telemetry:\n  enabled: false\n' > $(CHECK_HOME)/dagster.yaml
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" DAGSTER_HOME="$(CURDIR)/$(CHECK_HOME)" $(BIN)/dg check defs
	@cd dbt_project && $(NO_DATABASE) ../$(BIN)/dbt --quiet parse --profiles-dir . --no-partial-parse

ui: install ## Open the Dagster UI on 127.0.0.1:3000
	@$(BIN)/hearthlink ui

clean: ## Stop the database server and delete .hearthlink with all data in it, and what tools left behind
	@if [ -d .hearthlink ] && [ -x $(BIN)/hearthlink ]; then $(BIN)/hearthlink destroy --yes --home .hearthlink; fi
	@rm -rf .hearthlink .ruff_cache .pytest_cache .hypothesis dbt_project/target dbt_project/logs logs council
	@find benchmarks dagster_project expectations tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Universal locks hold for every system and Python from 3.11 on. Extras stay in them: pip refuses a hash-checked
# install when a package asks for an extra that the lock does not name.
lock: $(VENV)-lock/bin/uv ## Renew the lock files
	@for name in requirements requirements-splink requirements-dev requirements-oracles; do \
		$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-annotate --no-strip-extras -o $$name.lock $$name.in || exit 1; done

$(VENV)-lock/bin/uv:
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
