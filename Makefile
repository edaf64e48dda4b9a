# `make demo`: train, explain, show. `make test`: everything that must stay true. Both make .venv and need nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# Processes that share the tests. Each computes on one thread, so that they do not take each other's cores.
WORKERS ?= 2
ONE_THREAD := OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1

# Many tests start Python anew. Where this is set, each of them would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

# What `npm ci` writes last: there once the packages of web/ are installed.
WEB := web/node_modules/.package-lock.json

# The site's generator is installed only by those who build the site.
SITE := .venv/.site

.PHONY: venv demo test coverage check web docs packages tutorials clean

$(READY): pyproject.toml constraints.txt
	@echo "installing into .venv (3 GB, some minutes; nothing else on this machine is changed):"
	@echo "  latebloom with all that its commands, tests and checks need, at the versions of constraints.txt"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

# The environment alone, with no training.
venv: $(READY)
	@echo "Now type: . .venv/bin/activate"

demo: $(READY)
	$(BIN)/latebloom train mainline --training.stop settled --name demo
	$(BIN)/latebloom measure demo
	$(BIN)/latebloom explain demo
	$(BIN)/latebloom claims demo --exit-zero
	$(BIN)/latebloom report demo
	@echo
	@echo "A transformer has learned x + y mod 113, long after it had memorised its examples. runs/demo holds it:"
	@echo "its checkpoints, what was measured on them, and a page about it. What to do next:"
	@echo "  xdg-open runs/demo/report.html                  # look at the page; on a Mac: open"
	@echo "  $(BIN)/latebloom explore                     # look at all runs, and change weights by hand"
	@echo "  $(BIN)/latebloom train small --seed 1        # train another model, within a minute"
	@echo "  . .venv/bin/activate                            # from now on, type latebloom without its path"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

$(WEB): web/package.json web/package-lock.json
	@echo "installing into web/node_modules with npm what compiles the page's script, to compare it with its source"
	cd web && npm ci
	touch $(WEB)

# The explorer's script and style sheet. They are committed, so that only those who change web/ need Node.
web: $(WEB)
	cd web && npx tsc --noEmit && node build.mjs

test: check
	@for browser in chromium firefox-esr; do \
		command -v $$browser >/dev/null && continue; \
		echo "installing $$browser with apt-get, for the tests of the page in it"; \
		(apt-get update -qq && apt-get install -y -qq $$browser) >/dev/null 2>&1 || \
		echo "no $$browser and no right to install it: the tests of the page in it are skipped"; \
	done
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(WEB) || echo "npm ci failed: the bundle is not compared with its source"; \
		else echo "no npm: the bundle is not compared with its source"; fi
	$(ONE_THREAD) $(BIN)/pytest --numprocesses $(WORKERS) --dist loadscope

$(SITE): $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[docs]"
	touch $(SITE)

# The documentation, as a folder of files in site/. A warning or a broken link is an error. Nothing is loaded from elsewhere.
docs: $(SITE)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	$(BIN)/python docs/website/check.py site
	@echo "Read it: $(PYTHON) -m http.server --directory site"

# Build the packages, install them with pip and with uv in empty environments, and use them from there.
packages:
	$(PYTHON) benchmarks/packages.py --only packages --out benchmarks/results/packages.json

# Install the package in an empty environment, and execute every tutorial there.
tutorials:
	$(PYTHON) benchmarks/packages.py --only tutorials --out benchmarks/results/packages.json

# The same tests with a table of the lines that no test runs. Slower, so it is not part of `make test`.
coverage: $(READY)
	$(ONE_THREAD) $(BIN)/pytest --numprocesses $(WORKERS) --dist loadscope --cov --cov-report=term:skip-covered

clean:
	rm -rf .venv web/node_modules .mypy_cache .pytest_cache .ruff_cache
