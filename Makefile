# `make help` lists what there is to do. PYTHON chooses the interpreter: make test PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := $(wildcard fibercap tests benchmarks)

# Two processes of tests, each with whole files as far as can be: what a file makes for its tests is made once.
TWO := -n 2 --dist worksteal

# What `make lowest` runs with the lowest versions: every verb, messages, units, tables, charts, report, workbook.
LOWEST := $(VENV)/lowest
LOWEST_TESTS := tests/test_cli.py tests/test_explain_command.py tests/test_export_command.py tests/test_fibercore.py \
  tests/test_language_commands.py tests/test_loan_command.py tests/test_schema_command.py tests/core/test_units.py \
  tests/reading/test_bad_input.py tests/views/test_tables.py tests/views/test_statements.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test quick lowest fuzz same map docs pictures wheel check format clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/installed ## install what is needed, project the FiberCore case and draw its capacity
	@$(BIN)/fibercap run fibercore
	@echo "Capacity is drawn in $$($(BIN)/fibercap plot fibercore capacity --out fibercore-capacity.png --force)"

test: check ## format, lint, types and tests, as the continuous integration runs them
	$(BIN)/pytest $(TWO)

quick: $(VENV)/installed-dev ## the tests that start no other program and take less than a quarter of a second each
	$(BIN)/pytest $(TWO) -m "not long and not browser and not office and not cluster and not site"

lowest: $(LOWEST)/installed ## run a part of the tests with the lowest versions that pyproject.toml allows
	$(LOWEST)/bin/pytest $(TWO) -p no:cacheprovider -W ignore::DeprecationWarning $(LOWEST_TESTS)

fuzz: $(VENV)/installed-dev ## try FUZZ_PLANS random plans (20000 if not given), then spoil the shipped scenarios in FUZZ_CASES ways (2500)
	$(BIN)/python -m tests.fuzz --cases $${FUZZ_PLANS:-20000} --seed $${FUZZ_SEED:-0} $${FUZZ_KEPT:+--checkpoint $$FUZZ_KEPT}
	FUZZ_CASES=$${FUZZ_CASES:-2500} $(BIN)/pytest -n 2 tests/test_fuzz.py

same: $(VENV)/installed-dev ## compare all figures and formulas with those of COMMIT (the last commit if not given)
	$(BIN)/python -m tests.same $(or $(COMMIT),HEAD)

map: $(VENV)/installed-dev ## draw the picture of docs/architecture.md, and its table of rows, anew
	$(BIN)/python -m tests.map

docs: $(VENV)/installed-dev ## make the documentation as a site that can be searched, in build/docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs
	@echo "Open build/docs/index.html"

pictures: $(VENV)/installed-dev ## draw every chart, page and sheet of the documentation anew, in docs/img
	$(BIN)/python -m tests.pictures

wheel: $(BIN)/python ## build the wheel into dist, from which packaging/ makes packages
	@rm -f dist/fibercap-*.whl
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'
	@touch $@ $(VENV)/installed

# In an environment of their own. Old libraries meet newer ones that they bring along, which they are warned about.
$(LOWEST)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m tests.floors > $(VENV)/floors
	$(BIN)/python -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint $(VENV)/floors --editable . \
	  pytest pytest-xdist hypothesis jsonschema
	@touch $@
