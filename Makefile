# One command from a clean clone: make demo, or make test. Everything needed is made first, into .venv.
PYTHON ?= python3
BIN = .venv/bin
ARGS ?=

.PHONY: help setup test long legacy check demo chaos soak drift bench site docs clean

help:
	@echo "make demo   cancel the bundled requests on stand-in sites, in a real browser"
	@echo "make test   ruff, mypy and the tests, but for the long matrices"
	@echo "make long   the whole matrices: every fault, kill, skin and blind site; takes long"
	@echo "make legacy the regression suite of the admin UI, on each skin of the stand-in; takes long"
	@echo "make check  ruff and mypy only"
	@echo "make chaos  kill and freeze workers, restart the database, then check the books; takes long"
	@echo "make soak   1,000 requests by one worker, and what is left of them: processes, files, memory; takes long"
	@echo "make drift  some hundred changes of the admin UI: which the check finds, and what a robot does on them; takes long"
	@echo "make bench  measure speed and memory"
	@echo "make site   serve a stand-in site (ARGS='--skin spa --port 8080')"
	@echo "make docs   bring the generated part of docs/profile.md up to date"
	@echo "make clean  remove what was made, but not rpa-data"

setup: .venv/.browser

.venv/.installed: pyproject.toml setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name it with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { echo "The venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.venv/.browser: .venv/.installed
	@$(BIN)/python -m rpa.browsers --install
	@touch $@

# Four at a time, on two cores too: a test mostly waits for a page.
PYTEST = $(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder

test: check setup
	$(PYTEST) -m "not long" $(ARGS)

long: setup
	$(PYTEST) -m long $(ARGS)

# make test has it on the skin classic
legacy: setup
	@for skin in classic frames hover popups portal postback spa; do \
	  echo "skin $$skin"; $(PYTEST) tests/legacy --admin-skin $$skin --admin-report legacy-report/$$skin $(ARGS) || exit 1; done

check: .venv/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

demo: setup
	$(BIN)/rpa demo $(ARGS)

chaos: setup
	$(BIN)/python -m tests.chaos $(ARGS)

soak: setup
	$(BIN)/python -m tests.soak $(ARGS)

drift: setup
	$(BIN)/python -m tests.drift $(ARGS)

bench: setup
	$(BIN)/python -m benchmarks.bench $(ARGS)

site: .venv/.installed
	$(BIN)/rpa site $(ARGS)

docs: .venv/.installed
	$(BIN)/python -m rpa.profile_docs

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results legacy-report
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
