# The verbs of this project. `make` alone lists them.
#
# Works with GNU make from 3.81 on. The recipes are one line each; longer ones are scripts in .ci/.

.DEFAULT_GOAL := help
.PHONY: help run clean lock migrations

# --- on any machine ------------------------------------------------------------------------

help: ## list the verbs
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## run everything here: desk, workers, postbox (ONCE=1: leave after the first edition)
	@.ci/environment requirements.lock
	@exec .venv/bin/python -m newsletter run $(if $(filter-out 0 no,$(ONCE)),--once)

clean: ## remove what was installed and cached; your data in var/ stays
	@rm -rf .venv .tools build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed what was installed and cached. Your data is untouched in var/; remove that folder to begin anew."

# --- for people who change it --------------------------------------------------------------

lock: ## write the lock files anew from pyproject.toml (UPGRADE=1: newest versions)
	@.ci/lock

migrations: ## write migrations for changed models
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m django makemigrations --settings newsletter.settings

# --- proving it ----------------------------------------------------------------------------

.PHONY: test test-postgres lint
PYTEST = .venv/bin/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile
# whose queries may mean something else on PostgreSQL than on SQLite
DATABASE_ROOMS = $(wildcard $(addprefix tests/,accounts audit publications stories giving audience editions delivery insights ops))

test: ## run all tests, those of the database also on PostgreSQL (ARGS=tests/web: these alone)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@$(PYTEST) $(ARGS)
ifndef ARGS
	@$(MAKE) --no-print-directory test-postgres
endif

test-postgres:
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.postgres $(PYTEST) --database-only $(DATABASE_ROOMS)

lint: export NEWSLETTER_DATA := $(CURDIR)/.tools/lint
lint: ## check style, types, who imports whom, and that migrations are in step with the models
	@.ci/environment requirements-dev.lock
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/python -m django makemigrations --check --dry-run --settings newsletter.settings

.PHONY: lint-letters
lint-letters: ## show the kept letters to two checkers of HTML (needs npm and Java; skipped without)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.checkers

.PHONY: torture
torture: ## kill and freeze everything while editions leave, and count (RUNS=100 SEED=1 JOBS=2 WRITE=docs/promise.md)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@.venv/bin/python -m tests.torture --runs $(or $(RUNS),10) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2) $(if $(WRITE),--write $(WRITE))

.PHONY: pictures
pictures: ## make the pictures in docs/pictures anew
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.provision
	@.venv/bin/python -m tests.screenshots

.PHONY: architecture
architecture: ## write docs/architecture.md from the import contracts and the docstrings of packages
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m tests.support.architecture

.PHONY: bench
bench: ## measure speed beside a floor and peers (ARGS="dispatch --quick": a part, small; docs/performance.md)
	@.ci/environment requirements-dev.lock
	@.venv/bin/python -m benchmarks $(ARGS)
