# Every target makes the virtual environment it needs; PYTHON picks the interpreter.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= wayside-out

# Modules are compiled when they are first imported, and once: every process pays for it otherwise.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: reach test test-browser test-example nightly oldest check bench bench-simulation efficiency-map rebuild-tables docs release-check clean

$(VENV)/.run: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	# uv takes a third of the time of pip; most modules of the packages are never imported.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --editable ".[dev]"
	@touch $@ $(VENV)/.run

reach: $(VENV)/.run
	$(BIN)/wayside reach belle2-forward --out $(OUT)

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not nightly and not browser" -n auto --maxprocesses 4 \
	  --dist loadscope --no-loadscope-reorder --durations 40

# Drives a Chromium that is installed, by CHROMIUM or its usual names; Debian's is fetched as root.
$(VENV)/.browser: $(VENV)/.dev
	$(BIN)/uv pip install --quiet --python $(BIN)/python "playwright>=1.40"
	command -v "$${CHROMIUM:-chromium}" >/dev/null || command -v google-chrome >/dev/null \
	  || (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null)
	@touch $@

test-browser: $(VENV)/.browser
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -m browser tests/browser

# The example package installed beside Wayside, in a folder of its own: what other tests see of
# installed models stays as it is.
EXAMPLE := $(VENV)/example

test-example: $(VENV)/.dev
	rm -rf $(EXAMPLE)
	$(BIN)/python -m pip install --quiet --no-deps --target $(EXAMPLE) ./examples/axial_pair
	PYTHONPATH=$(EXAMPLE) $(BIN)/python -m pytest -q examples/axial_pair/tests

nightly: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m nightly -n auto --maxprocesses 4 --dist loadscope --durations 25

# The lower bounds of pyproject.toml (without those of the simulation) in an environment of their
# own; old packages beside new ones give deprecation warnings among themselves.
oldest:
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet uv
	$(VENV)-oldest/bin/uv pip install --quiet --python $(VENV)-oldest/bin/python \
	  --resolution lowest-direct --editable ".[test-core]"
	$(VENV)-oldest/bin/python -m pytest -m "not nightly and not browser" \
	  -W ignore::DeprecationWarning -W ignore::PendingDeprecationWarning \
	  --ignore tests/cli/test_events.py --ignore tests/cli/test_simulate.py \
	  --ignore tests/cli/test_reconstruct.py --ignore tests/cli/test_scan.py \
	  --ignore tests/cli/test_surroundings.py --ignore tests/test_tables.py \
	  tests/test_*.py tests/cli tests/data tests/limits tests/models tests/plotting tests/scenario \
	  tests/documents/test_readme.py

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.run
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.relic
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.radiation
	$(BIN)/python -m pip install --quiet --editable ".[simulation]"
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.events

bench-simulation: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.simulation
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.reconstruction

# An hour or two; stopped and started again it goes on where it was.
efficiency-map: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python scripts/make_efficiency_map.py
	$(BIN)/python scripts/make_efficiency_figures.py

# Tables behind sections of `wayside paper`, by name in SECTION; all of them, three hours, without.
rebuild-tables: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable ".[simulation,generators]"
	OMP_NUM_THREADS=1 $(BIN)/python scripts/rebuild_paper_tables.py $(SECTION)

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx -W --keep-going -j 2 -b html docs docs/_build/html

# Wheel and sdist, built, checked and installed outside of the repository: what is released.
release-check: $(VENV)/.dev
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python scripts/release_check.py --out dist

clean:
	rm -rf $(VENV) $(VENV)-oldest docs/_build
