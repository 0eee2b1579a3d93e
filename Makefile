# Two commands on a fresh machine with git, make and Python 3.11 or newer: `make run`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# A test run starts dozens of processes: each would compile every module anew where bytecode may not be kept.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(PIP) install --quiet --require-hashes
INSTALL_SELF := $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.PHONY: run test test-slow check bench soak format examples lock catalog vendor deps-system clean

run: $(VENV)/run-ready  ## simulate a small shop, analyse it, say where the report is
	$(BIN)/regulars demo my-shop

test: $(VENV)/dev-ready  ## every test but the slow ones
	$(BIN)/pytest -n auto --dist loadgroup

test-slow: $(VENV)/dev-ready .venv-duckdb2/ready  ## the slow tests, many rooms on Spark, the engine tests on DuckDB 2
	$(BIN)/pytest -m slow
	.venv-duckdb2/bin/python -m pytest tests/engines tests/customers tests/features tests/segments tests/lifetime tests/network tests/backtest tests/rates -k "not spark"

check: $(VENV)/dev-ready  ## style, types, walls, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

bench: $(VENV)/dev-ready  ## speed and memory as ratios against named peers, in one run
	$(BIN)/python bench/features.py
	$(BIN)/python bench/analyze.py
	$(BIN)/python bench/engines.py
	$(BIN)/python bench/imports.py
	$(BIN)/python bench/matching.py --large
	$(BIN)/python bench/lifetime.py
	$(BIN)/python bench/app.py --customers 100000

soak: $(VENV)/dev-ready  ## long rigs: kill -9 while a result is published, records come and go or are analysed; intervals of a thousand cohorts; ten minutes of broken files
	$(BIN)/python bench/kill.py --rounds 50
	$(BIN)/python bench/kill_import.py --rounds 50
	$(BIN)/python bench/kill_app.py --rounds 50
	$(BIN)/python bench/totals.py --simulations 1000
	$(BIN)/python bench/fuzz.py --minutes 10 --record fuzz.json

format: $(VENV)/dev-ready
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

catalog: $(VENV)/dev-ready  ## compile the Chinese sentences after editing the .po file
	$(BIN)/python tools/compile_catalog.py

vendor: $(VENV)/dev-ready  ## fetch the browser library that reports carry inside
	$(BIN)/python tools/vendor_frontend.py

examples: $(VENV)/dev-ready  ## run the notebooks anew and keep what they print and draw
	$(BIN)/python tools/run_examples.py

lock:  ## write the hash-locked requirements anew (needs uv)
	uv pip compile $(LOCK) --extra app pyproject.toml requirements/build.in --constraint requirements/locked-engine.in -o requirements/run.txt
	uv pip compile $(LOCK) --extra app pyproject.toml requirements/dev.in --constraint requirements/run.txt -o requirements/dev.txt
	uv pip compile $(LOCK) pyproject.toml requirements/duckdb2.in -o requirements/duckdb2.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

deps-system:  ## what Python packages cannot bring: Java for Spark; a browser and Chinese fonts to look at pages
	@if ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ]; then \
	  echo "install Java 17 or newer to test on Spark; chromium and a Chinese font to look at pages"; \
	else \
	  wanted=""; \
	  command -v java >/dev/null || wanted="default-jre-headless"; \
	  { command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'noto.*cjk'; } || \
	    wanted="$$wanted chromium fonts-noto-cjk"; \
	  [ -z "$$wanted" ] || \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$wanted >/dev/null; }; \
	fi

clean:
	rm -rf $(VENV) .venv-duckdb2 my-shop .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "regulars needs Python 3.11 or newer; this is %d.%d. Try: make run PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run-ready: $(VENV)/bin/python requirements/run.txt pyproject.toml
	$(INSTALL) -r requirements/run.txt
	$(INSTALL_SELF)
	touch $@

$(VENV)/dev-ready: $(VENV)/bin/python requirements/dev.txt pyproject.toml
	$(INSTALL) -r requirements/dev.txt
	$(INSTALL_SELF)
	touch $@ $(VENV)/run-ready

.venv-duckdb2/ready: requirements/duckdb2.txt pyproject.toml
	$(PYTHON) -m venv .venv-duckdb2
	.venv-duckdb2/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/duckdb2.txt
	.venv-duckdb2/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@
