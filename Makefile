# Everything a contributor needs, from nothing but Python 3.11+ (with pip and venv) and GNU make.
#
# PYTHON=python3.12 sets the environment up with another Python; ARGS="..." goes to the command that is run.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
ROUNDS ?= 1000
export ROUNDS

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
DATA := $(wildcard openapi/*.yaml openapi/*/*.yaml fixtures/*/*.yaml)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # two set-ups at once would write to one environment
MAKEFLAGS += --no-print-directory

.PHONY: help setup serve test check fuzz filter-fuzz kill bench docs five fidelity format wheel constraints clean distclean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(VENV)/.installed-dev .compiled/.made ## install everything that the other commands use

serve: $(VENV)/.installed-run .compiled/.made ## start the simulator: make serve ARGS="kinetic --port 0"
	@$(BIN)/simulator serve $(ARGS)

test: $(VENV)/.installed-test .compiled/.made ## run every test: make test ARGS="tests/core -x"
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.installed-dev .compiled/.made ## format, lint, types, import contracts, generated tables, documents, fixtures
	$(BIN)/ruff format --check --output-format concise .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.fidelity --check
	$(BIN)/simulator check

fuzz: $(VENV)/.installed-test .compiled/.made ## contract tests with the thorough profile; one worker, as more lose cases
	@SIMULATOR_FUZZ=thorough $(BIN)/python -m pytest tests/contract $(ARGS)

kill: $(VENV)/.installed-test .compiled/.made ## kill a server that writes its state a thousand times: make kill ROUNDS=100
	@$(BIN)/python -m tests.persistence.killing

filter-fuzz: $(VENV)/.installed-test .compiled/.made ## a million filters against plain Python, a million broken ones against nothing
	@SIMULATOR_FUZZ=thorough $(BIN)/python -m pytest tests/vendors/alemba/fuzzing -rP $(ARGS)

bench: $(VENV)/.installed-run .compiled/.made ## measure against a bare application: make bench ARGS=--quick
	@$(BIN)/python -m bench $(ARGS)

five: ## the README's first five minutes, in an empty environment, with the time they take
	@$(PYTHON) -m tools.first_five

docs: $(VENV)/.installed-test .compiled/.made ## build the documentation: docs/_build/index.html
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build $(ARGS)
	@echo docs/_build/index.html

fidelity: $(VENV)/.installed-dev .compiled/.made ## write the generated tables of README.md anew
	$(BIN)/python -m tools.fidelity

format: $(VENV)/.installed-dev ## let ruff format the code and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(VENV)/.installed-dev ## build dist/vendor_simulator-*.whl
	$(BIN)/python -m build --wheel --no-isolation

constraints: ## resolve constraints.txt anew, in an environment of its own
	$(PYTHON) -m venv --clear .venv-constraints
	.venv-constraints/bin/python -m pip -qq install hatchling PyYAML
	.venv-constraints/bin/python -m pip -qq install --no-build-isolation --editable '.[test,docs,dev]'
	{ sed -n '/^#/p' constraints.txt; .venv-constraints/bin/python -m pip freeze --exclude-editable; } > .venv-constraints/new
	mv .venv-constraints/new constraints.txt
	rm -rf .venv-constraints

clean: ## remove what builds, tests and checks left behind
	rm -rf .compiled .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis dist docs/_build docs/reference/generated
	find . -path './$(VENV)' -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## also remove the environment
	rm -rf $(VENV)

# What an environment holds: run < test < dev, so that `make serve` waits for nothing that only tests need.
EXTRAS_run :=
EXTRAS_test := [test,docs]
EXTRAS_dev := [test,docs,dev]
HOLDS_run := run
HOLDS_test := run test
HOLDS_dev := run test dev

# hatchling first and without isolation: what builds us is pinned like everything else.
$(VENV)/.installed-%: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else \
	    "$(PYTHON) is Python %d.%d, which is too old; try: make PYTHON=python3.11" % sys.version_info[:2])'
	@echo "Setting up $(VENV) for '$*'; once, half a minute or so" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(BIN)/python -m ensurepip >/dev/null
	@$(PIP) install --constraint constraints.txt hatchling PyYAML
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.$(EXTRAS_$*)'
	@touch $(HOLDS_$*:%=$(VENV)/.installed-%)

# The documents as JSON, read several times faster at start. Never believed when it is older than the YAML, so a
# simulator that is started without make is right too.
.compiled/.made: $(DATA) tools/compile_data.py simulator/strict_yaml.py | $(VENV)/.installed-run
	@$(BIN)/python -m tools.compile_data
	@mkdir -p $(@D) && touch $@
