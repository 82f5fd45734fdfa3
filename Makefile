# Two commands: `make run` and `make test`. Both install what they need by themselves.
PYTHON := .venv/bin/python
BIN := .venv/bin
# make test-services and test-long: a PostgreSQL where we may create a database named test_..., and a Redis database of its own.
TEST_DATABASE_URL ?= postgres:///iocn
TEST_REDIS_URL ?= redis://localhost:6379/9
# Passed on to pytest: make test PYTEST="-k asks -x"
PYTEST ?=

.PHONY: help run reset test test-services test-long bench bench-report lint format lock build dev

help: ## show this
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

run: build ## start IOCN with a demonstration network (PORT=8000), until Ctrl-C
	@$(PYTHON) manage.py run

reset: build ## begin anew: delete what the demonstration keeps in var/, after asking
	@$(PYTHON) manage.py reset

test: lint ## all checks: lint, types, unit tests, journeys in a browser
	$(PYTHON) -m tests.browser.chromium
	$(PYTHON) -m pytest -n 2 --dist loadscope -m "not long" $(PYTEST)

test-services: dev ## the same tests, three journeys among them, on PostgreSQL and Redis
	$(PYTHON) -m tests.browser.chromium
	DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) \
	  $(PYTHON) -m pytest -m "not long and (services or not journey)" $(PYTEST)

test-long: dev ## what takes long: kills, races, long properties; kills and races also on PostgreSQL and Redis
	$(PYTHON) -m tests.browser.chromium
	$(PYTHON) -m pytest -m long $(PYTEST)
	DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) \
	  $(PYTHON) -m pytest -m "long and services" $(PYTEST)

bench: dev build ## how fast it is, as JSON lines (ROWS=1000 RUNS=1 for a quick look; docs/performance.md)
	@$(PYTHON) -m iocn.bench

bench-report: .venv ## write the figures of FILES="a.jsonl b.jsonl" into docs/performance.md
	$(PYTHON) -m iocn.bench --report $(FILES)

lint: dev ## all checks that need no test to run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	find templates -name '*.html' -exec $(BIN)/djade --check {} +
	$(BIN)/djhtml --check --tabwidth 2 templates

format: dev ## put code and templates into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-find templates -name '*.html' -exec $(BIN)/djade {} +  # fails when it has changed something
	$(BIN)/djhtml --tabwidth 2 templates

lock: .venv ## renew requirements/*.txt from pyproject.toml
	$(PYTHON) tools/pin.py

build: .venv ## install what is needed to run, build styles and scripts
	@$(PYTHON) tools/prepare.py run

dev: .venv
	@$(PYTHON) tools/prepare.py dev

.PHONY: .venv
.venv:
	@tools/make-venv
