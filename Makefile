.DEFAULT_GOAL := help
.PHONY: help quick test lint types check soak run serve format reference

VENV ?= .venv
# Where the environment throws bytecode away, collecting the tests takes twice as long.
export PYTHONDONTWRITEBYTECODE =
export PYTHONPYCACHEPREFIX ?= $(abspath $(VENV))/bytecode

SLOW = --ignore tests/e2e --ignore tests/servers --ignore tests/soak

help:  ## what there is
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' Makefile | expand -t 12

$(VENV)/bin/pytest: pyproject.toml
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q -e '.[dev]'
	touch $@

quick: $(VENV)/bin/pytest  ## of these all that start neither the interface nor a command: about a minute on two cores
	$(VENV)/bin/pytest -q -n 4 --dist worksteal $(SLOW) --ignore tests/tui --ignore tests/cli --ignore tests/canary

test: $(VENV)/bin/pytest  ## all tests but whole terminals, other people's programs and drawn cases in numbers
	$(VENV)/bin/pytest -q -n 4 --dist worksteal $(SLOW)

lint: $(VENV)/bin/pytest  ## ruff, and its formatting
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/bin/pytest  ## mypy, strict
	$(VENV)/bin/mypy

check: lint types  ## everything continuous integration checks, in this checkout
	$(VENV)/bin/pytest -q -n 4 --dist worksteal

SOAK = nice -n 19 $(VENV)/bin/pytest -q -p no:cacheprovider --timeout 3600

soak: $(VENV)/bin/pytest  ## 100,000 scripts, 60,000 answers, 20,000 changed connections, 1,000 sops files each way, 5,000 rules of .sops.yaml, 200 kills, 500 git pulls, 1,000,000 bytes of a terminal and 50,000 through one: about an hour and a half
	INTEGRATOR_TUI_GENERATED_SCRIPTS=100000 $(SOAK) -s tests/soak/test_generated_scripts.py
	INTEGRATOR_TUI_ANSWERS=20000 $(SOAK) tests/soak/test_generated_answers.py tests/soak/test_generated_tls.py
	INTEGRATOR_TUI_GENERATED_FILES=2000 $(SOAK) tests/soak/test_generated_files.py
	INTEGRATOR_TUI_CREATION_RULES=5000 $(SOAK) tests/soak/test_creation_rules_agree.py
	INTEGRATOR_TUI_KILLS=200 $(SOAK) tests/soak/test_keys_killed.py
	INTEGRATOR_TUI_PULLS=500 $(SOAK) tests/soak/test_git_pulls.py
	INTEGRATOR_TUI_TERMINAL_BYTES=1000000 $(SOAK) tests/tui/textual_fixes/test_terminal_input.py
	INTEGRATOR_TUI_PTY_BYTES=50000 $(SOAK) --timeout 10000 tests/soak/test_hostile_terminal.py

run: $(VENV)/bin/pytest  ## the interface on a scratch workspace with the demo server
	$(VENV)/bin/integrator-tui demo

serve: $(VENV)/bin/pytest  ## the demo server alone
	$(VENV)/bin/integrator-tui demo --serve

format: $(VENV)/bin/pytest  ## ruff's own mends and formatting
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

reference: $(VENV)/bin/pytest  ## pages and schema made from the table of fields
	$(VENV)/bin/python -m docs.reference
	$(VENV)/bin/python -m docs.manual
	$(VENV)/bin/integrator-tui schema > sample_connections/connection.schema.json
