# Two commands for a newcomer: `make demo` and `make test`. Everything else is a detail of those.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
STAMP := $(VENV)/.installed
TRAIN := .venv-train
TRAIN_STAMP := $(TRAIN)/.installed
# uv does not read pip's setting: where a folder of wheels is given, torch without CUDA comes from it.
WHEELS := $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS))

.PHONY: demo test lint clean train-env model

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
	$(UV) pip install --quiet --compile-bytecode --python $(VENV)/bin/python -c constraints.txt -e '.[dev]'
	@touch $@

train-env: $(TRAIN_STAMP)

$(TRAIN_STAMP): pyproject.toml constraints.txt | $(UV)
	test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	$(UV) pip install --quiet $(WHEELS) --python $(TRAIN)/bin/python -c constraints.txt -e '.[train]'
	@touch $@

# Rebuild nlp/model from the data: about two hours on two cores, resumes where it stopped.
model: $(TRAIN_STAMP)
	nice $(TRAIN)/bin/python -m training.build

clean:
	rm -rf $(VENV) build dist demo
