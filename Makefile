# `make demo`: train, explain, show. `make test`: everything that must stay true. Both make .venv and need nothing else.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test check clean

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(READY)

demo: $(READY)
	$(BIN)/latebloom train mainline --training.stop settled --name demo
	$(BIN)/latebloom measure demo
	$(BIN)/latebloom explain demo
	-$(BIN)/latebloom claims demo
	$(BIN)/latebloom report demo
	@echo "Open runs/demo/report.html"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

test: check
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq chromium) >/dev/null 2>&1 || \
		echo "no chromium and no right to install it: the tests of the page are skipped"
	$(BIN)/pytest --cov --cov-report=term:skip-covered

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
