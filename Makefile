# The verbs of Reading Room. `make demo` and `make test` need nothing but make and Python 3.11 to 3.13.

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test bench trust audit check lint types contracts run lock opensearch screenshots clean help

help:
	@echo "make demo         install, ingest the sample release and serve it"
	@echo "make test         install with the test tools and run every test"
	@echo "make check        lint, types, import contracts and tests: what CI runs"
	@echo "make bench        measure speed and reading on the real releases, where they are at hand"
	@echo "make trust        run the rigs of SECURITY.md at full size: hours on two cores"
	@echo "make audit        look up the advisories of all pinned packages, or say that they cannot be reached"
	@echo "make run          serve the archive in READINGROOM_HOME (default data/archive)"
	@echo "make opensearch   fetch the search server of the tests (needs Java 11 or newer and Maven)"
	@echo "make screenshots  take the pictures of the README in a real Chromium"
	@echo "make lock         pin the newest versions that pyproject.toml allows (needs uv)"

demo: $(VENV)/.installed
	$(BIN)/readingroom ingest data/sample/release
	$(BIN)/readingroom serve

run: $(VENV)/.installed
	$(BIN)/readingroom serve

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal

check: lint types contracts test

bench: $(VENV)/.installed-dev
	@for file in tests/benchmarks/bench_*.py; do \
		echo "== $$file"; $(BIN)/python -m tests.benchmarks.$$(basename $$file .py) || exit 1; done

trust: $(VENV)/.installed-dev
	@failed=""; for file in tests/trust/test_*.py; do \
		rig=$$(basename $$file .py); rig=$${rig#test_}; \
		test -f tests/trust/$$rig.py || continue; \
		$(BIN)/python -m tests.trust.$$rig --full || failed="$$failed $$rig"; done; \
	test -z "$$failed" || { echo "below their floors:$$failed"; exit 1; }

audit: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.trust.audit

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contracts: $(VENV)/.installed-dev
	$(BIN)/lint-imports

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m pytest tests/browser --screenshots tests/artifacts

opensearch: $(VENV)/.installed-dev
	$(BIN)/python -m tests.support.opensearch.node

lock:
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --python-version 3.11 -q -o requirements-dev.lock

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 with venv is needed; name it: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --editable .
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
