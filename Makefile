# `make help` lists what there is to do. PYTHON chooses the interpreter: make test PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := $(wildcard fibercap tests benchmarks)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test fuzz check format clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/installed ## install what is needed, project the FiberCore case and draw its capacity
	@$(BIN)/fibercap run fibercore
	@echo "Capacity is drawn in $$($(BIN)/fibercap plot fibercore capacity --out fibercore-capacity.png --force)"

test: check ## format, lint, types and tests, as the continuous integration runs them
	$(BIN)/pytest -n 2

fuzz: $(VENV)/installed-dev ## spoil the shipped scenarios in thousands of ways; FUZZ_CASES of each kind, 2500 if not given
	FUZZ_CASES=$${FUZZ_CASES:-2500} $(BIN)/pytest -n 2 tests/test_fuzz.py

check: $(VENV)/installed-dev ## the same without the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(CODE)

format: $(VENV)/installed-dev ## bring the code into its form and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove everything that can be made again
	rm -rf $(VENV) fibercore-capacity.png build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not here; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$$($(PYTHON) --version) is too old; fibercap needs 3.11 or newer: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps are older than pyproject.toml only when it was changed; then, and only then, pip runs again.
$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed
