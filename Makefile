# Two commands for a newcomer: `make demo` and `make test`. Everything else is a detail of those.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
STAMP := $(VENV)/.installed

.PHONY: demo test lint clean

demo: $(STAMP)
	$(VENV)/bin/ryktesvakt demo

test: $(STAMP)
	$(VENV)/bin/python -m tests.run

lint: $(STAMP)
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv

$(STAMP): pyproject.toml constraints.txt | $(UV)
	$(UV) pip install --quiet --python $(VENV)/bin/python -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist demo
