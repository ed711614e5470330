.PHONY: check run serve format

VENV ?= .venv

$(VENV)/bin/pytest: pyproject.toml
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q -e '.[dev]'
	touch $@

check: $(VENV)/bin/pytest  ## everything continuous integration checks, in this checkout
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -q

run: $(VENV)/bin/pytest  ## the interface on a scratch workspace with the demo server
	$(VENV)/bin/integrator-tui demo

serve: $(VENV)/bin/pytest  ## the demo server alone
	$(VENV)/bin/integrator-tui demo --serve

format: $(VENV)/bin/pytest
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
