.PHONY: check soak run serve format

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

SOAK = nice -n 19 $(VENV)/bin/pytest -q -p no:cacheprovider --timeout 3600

soak: $(VENV)/bin/pytest  ## 100,000 scripts, 60,000 answers, 20,000 changed connections, 1,000 sops files each way, 200 kills: about an hour
	INTEGRATOR_TUI_GENERATED_SCRIPTS=100000 $(SOAK) -s tests/engine/test_generated_scripts.py
	INTEGRATOR_TUI_ANSWERS=20000 $(SOAK) tests/engine/test_generated_answers.py tests/engine/test_generated_tls.py
	INTEGRATOR_TUI_GENERATED_FILES=2000 $(SOAK) tests/vault/test_generated.py
	INTEGRATOR_TUI_KILLS=200 $(SOAK) tests/cli/test_keys_killed.py

run: $(VENV)/bin/pytest  ## the interface on a scratch workspace with the demo server
	$(VENV)/bin/integrator-tui demo

serve: $(VENV)/bin/pytest  ## the demo server alone
	$(VENV)/bin/integrator-tui demo --serve

format: $(VENV)/bin/pytest
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
