# The commands of this project. `make` alone lists them.
#
# Requires GNU make 3.81 or newer. Longer recipes are scripts in .ci/.

.DEFAULT_GOAL := help
.PHONY: help run clean lock migrations

# --- on any machine ------------------------------------------------------------------------

help: ## list the commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

run: ## start all services on this machine: desk, workers, postbox (ONCE=1: stop after the first edition)
	@.ci/environment requirements.lock
	@exec .venv/bin/python -m newsletter run $(if $(filter-out 0 no,$(ONCE)),--once)

clean: ## remove installed packages and caches; your data in var/ stays
	@rm -rf .venv .tools build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed installed packages and caches. Your data in var/ is unchanged; delete that folder to start from scratch."

# --- for developers -----------------------------------------------------------------------

lock: ## rewrite the lock files from pyproject.toml (UPGRADE=1: newest versions)
	@.ci/lock

migrations: ## write migrations for changed models
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m django makemigrations --settings newsletter.settings

# --- tests ---------------------------------------------------------------------------------

.PHONY: test test-fast test-postgres lint
PYTEST = .venv/bin/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal
# a second run needs the bytecode of the first, also where the environment asks Python not to write it
unexport PYTHONDONTWRITEBYTECODE
# folders whose long tests `make test` samples and `make torture` runs whole
SAMPLED = tests/journeys tests/torture tests/benchmarks tests/mutants tests/rendering/custom_template \
	tests/workers/test_database_connections.py tests/web/test_wild_values.py tests/cli/test_wild_values.py
# packages whose queries may behave differently on PostgreSQL and SQLite
DATABASE_PACKAGES = $(wildcard $(addprefix tests/,accounts api_tokens audit links publications stories giving audience editions delivery insights notices ops))

test-fast: ## run the tests that start no process and take no long (ARGS=tests/web: only these)
	@.ci/environment requirements-dev.lock
	@$(PYTEST) --fast $(ARGS)

test: ## run all tests, database tests also on PostgreSQL (ARGS=tests/web: only these; SEED=1: the sample of long ones)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@$(PYTEST) $(ARGS)
ifndef ARGS
	@$(MAKE) --no-print-directory test-postgres
endif

test-postgres: ## run the database tests on PostgreSQL alone (WHOLE=--whole: with all long ones)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.postgres $(PYTEST) --database-only $(WHOLE) $(DATABASE_PACKAGES)

lint: export NEWSLETTER_DATA := $(CURDIR)/.tools/lint
lint: ## check style, types, import contracts and missing migrations
	@.ci/environment requirements-dev.lock
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/python -m django makemigrations --check --dry-run --settings newsletter.settings

.PHONY: lint-letters
lint-letters: ## check the golden emails with two HTML checkers (needs npm and Java; skipped without)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.checkers

.PHONY: torture
torture: ## run every long test, kill and freeze processes while editions are sent (RUNS=100 SEED=1 JOBS=2 WRITE=docs/promise.md)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@$(PYTEST) --whole $(SAMPLED)
	@$(MAKE) --no-print-directory test-postgres WHOLE=--whole
	@.venv/bin/python -m tests.torture --runs $(or $(RUNS),10) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2) $(if $(WRITE),--write $(WRITE))

.PHONY: mutants
mutants: ## put small faults in, one at a time, and see whether the tests notice (COUNT=200 SEED=1 JOBS=2)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@nice .venv/bin/python -m tests.mutants --count $(or $(COUNT),200) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2)

.PHONY: pictures
pictures: ## retake the screenshots in docs/pictures
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@.venv/bin/python -m tests.screenshots

.PHONY: screenshots
screenshots: ## take a picture of every page, light, dark and phone, in build/screenshots
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@.venv/bin/python -m pytest tests/browser/page_pictures.py --numprocesses 0 --quiet

.PHONY: architecture
architecture: ## write docs/architecture.md from import contracts and package docstrings
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.architecture

.PHONY: bench
bench: ## run the benchmarks (ARGS="dispatch --quick": one of them, small; see docs/performance.md)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m benchmarks $(ARGS)
