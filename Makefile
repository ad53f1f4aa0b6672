# The two commands:
#   make         set up what is missing, then derive, check and typeset every file of problems/ into build/
#   make test    set up what is missing, then run the whole test suite
#
# What TeX needs is listed once, in derive/pipeline/tex/needs.py; `derive doctor --packages` prints the Debian packages
# of whatever is missing on this machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DERIVE := $(BIN)/derive
JOBS ?= $(shell nproc 2>/dev/null || echo 1)

.PHONY: all build test tex tex-test check lint clean distclean
.DELETE_ON_ERROR:

all: build

build: $(VENV)/.run-stamp tex
	@$(DERIVE) build -o build -j $(JOBS)

check: $(VENV)/.run-stamp
	@$(DERIVE) check -j $(JOBS)

# Everything is run, a test file in one of as many processes as there are processors, and the last line printed is pytest's own.  What Hypothesis draws depends on the order of sets too: it is fixed.
test: $(VENV)/.test-stamp tex-test
	@status=0; \
	$(BIN)/ruff check derive tests || status=1; \
	$(BIN)/mypy || status=1; \
	PYTHONHASHSEED=0 $(BIN)/python -m pytest -n $(JOBS) --dist loadfile || status=1; \
	exit $$status

lint: $(VENV)/.test-stamp
	$(BIN)/ruff check derive tests
	$(BIN)/mypy

# A bare Debian has Python without the venv module: its package is python3-venv.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "derive needs Python 3.11 or later: this is $$($(PYTHON) --version 2>&1); try make PYTHON=python3.12" >&2; exit 4; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); $(call apt,python3-venv) && $(PYTHON) -m venv $(VENV); } || \
	  { echo "a virtual environment cannot be made: sudo apt-get install python3-venv" >&2; exit 4; }

# The package is compiled where it lies, as pip does with one that it copies: elsewhere every start would compile it again.
$(VENV)/.run-stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@$(BIN)/python -m compileall -q derive
	@touch $@

$(VENV)/.test-stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@$(BIN)/python -m compileall -q derive
	@touch $@ $(VENV)/.run-stamp

# TeX that cannot be installed stops nothing here: `derive build` then writes every .tex and says what is missing.
tex: $(VENV)/.run-stamp
	@packages="$$($(DERIVE) doctor --packages)"; [ -z "$$packages" ] || { $(call apt,$$packages); } || true

tex-test: $(VENV)/.test-stamp
	@packages="$$($(DERIVE) doctor --packages --for-tests)"; [ -z "$$packages" ] || { $(call apt,$$packages); }

clean:
	@if [ -x $(DERIVE) ]; then $(DERIVE) clean -o build; fi

distclean: clean
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

# $(call apt,PACKAGES): install Debian packages, as root or with sudo; fails with the line to type where it cannot.
define apt
echo "installing from Debian: $(1)"; \
if [ "$$(id -u)" = 0 ]; then as=""; elif command -v sudo >/dev/null; then as="sudo"; else as="none"; fi; \
if [ "$$as" != none ] && command -v apt-get >/dev/null && \
  { $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(1) || \
    { $$as env DEBIAN_FRONTEND=noninteractive apt-get update -q && \
      $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(1); }; } >.apt.log 2>&1; \
then rm -f .apt.log; \
else tail -n 5 .apt.log 2>/dev/null; rm -f .apt.log; \
  echo "not installed here; as root: apt-get install --no-install-recommends $(1)" >&2; false; fi
endef
