# One command each; every one of them sets up what it needs. Wanted beforehand: Python 3.11 (to 3.13), make and git.
#   make demo    the demonstration, in under a minute      make test    the tests
#   make check   lint + types + layout + tests + docs      make bench   the figures of docs/benchmarks.md
#   make zoo     the public benchmark of planted causes    make test-frameworks   TensorFlow, Keras, JAX and data formats

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
WORKERS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# One thread for each of the two test processes: more only makes them wait for each other.
RUN_TESTS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python -m pytest -q

.DEFAULT_GOAL := help
.PHONY: help demo test test-faults test-frameworks check lint format types layout docs bench zoo lock clean

help:
	@sed -n '2,4s/^# *//p' Makefile

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no python3 found; samerun needs Python 3.11, 3.12 or 3.13." >&2; exit 2; }
	"$(PYTHON)" -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "samerun needs Python 3.11, 3.12 or 3.13, not %d.%d; say make PYTHON=..." % sys.version_info[:2])'
	"$(PYTHON)" -m venv $(VENV)

# A stamp a lock, named by its checksum: nothing is installed again until the lock itself changes.
CORE_STAMP := $(STAMPS)/core-$(shell cksum < requirements/core.lock | tr -d ' ')
DEV_STAMP := $(STAMPS)/dev-$(shell cksum < requirements/dev.lock | tr -d ' ')
SELF_STAMP := $(STAMPS)/self-$(shell cksum < pyproject.toml | tr -d ' ')

$(CORE_STAMP): | $(BIN)/python
	$(PIP) install -q -r requirements/core.lock
	@mkdir -p $(STAMPS) && touch $@

# torch comes first and by itself, so that the processor's build, where there is one, is settled before anything asks for it.
$(DEV_STAMP): | $(CORE_STAMP)
	$(PIP) install -q "$$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements/dev.lock)"
	$(PIP) install -q -r requirements/dev.lock
	@mkdir -p $(STAMPS) && touch $@

$(SELF_STAMP): | $(CORE_STAMP)
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@# Compiled once here: where PYTHONDONTWRITEBYTECODE is set, each start would else compile everything again.
	$(BIN)/python -m compileall -q src/samerun
	@mkdir -p $(STAMPS) && touch $@

demo: $(CORE_STAMP) $(SELF_STAMP)
	@$(BIN)/samerun demo

test: $(DEV_STAMP) $(SELF_STAMP)
	$(RUN_TESTS) -n $(WORKERS) --dist worksteal tests

test-faults: $(DEV_STAMP) $(SELF_STAMP)
	SAMERUN_TEST_SCALE=full $(RUN_TESTS) -n $(WORKERS) -m faults --timeout 3600 tests

# TensorFlow does not live with the rest in one environment. Compiled for Python 3.11 to 3.13 on Linux and macOS.
FRAMEWORKS ?= .venv-frameworks
FRAMEWORKS_STAMP := $(FRAMEWORKS)/.stamps/$(shell cksum < requirements/frameworks.lock | tr -d ' ')

$(FRAMEWORKS_STAMP):
	@test -n "$(PYTHON)" || { echo "make: no python3 found; samerun needs Python 3.11, 3.12 or 3.13." >&2; exit 2; }
	"$(PYTHON)" -m venv $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/python -m pip --disable-pip-version-check --no-input install -q -r requirements/frameworks.lock
	@mkdir -p $(@D) && touch $@

test-frameworks: $(FRAMEWORKS_STAMP)
	PYTHONPATH=src TF_CPP_MIN_LOG_LEVEL=3 $(FRAMEWORKS)/bin/python -m pytest -q -p no:cacheprovider tests/frameworks

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEV_STAMP)
	$(BIN)/mypy

layout: $(DEV_STAMP)
	$(RUN_TESTS) tests/test_layout.py

docs: $(DEV_STAMP) $(SELF_STAMP)
	$(BIN)/python docs/check_links.py

check: lint types layout test test-frameworks docs

bench: $(DEV_STAMP) $(SELF_STAMP)
	$(BIN)/python -m benchmarks

zoo: $(DEV_STAMP) $(SELF_STAMP)
	$(BIN)/python -m zoo run

lock: $(DEV_STAMP)
	$(BIN)/python requirements/freeze.py

clean:
	rm -rf .venv-frameworks .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
