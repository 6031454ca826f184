# `make` alone prints this file's targets. Everything runs from .venv, which `make install` makes.
PY := .venv/bin/python
REQUIREMENTS := requirements/dev.txt
.DEFAULT_GOAL := help
.PHONY: help
MAKEFLAGS += --no-print-directory

help: ## Print this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} /^[a-zA-Z_-]+:.*## / {printf "  \033[36m%-22s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Set-up
.venv/installed: $(REQUIREMENTS)
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dogwalk needs Python 3.11 or newer")'
	@test -x $(PY) || python3 -m venv .venv
	@echo "Installing pinned requirements into .venv (once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(REQUIREMENTS)
	@touch $@

.PHONY: install lock
install: .venv/installed ## Install pinned requirements into .venv (quick when nothing changed)
lock: install ## Pin requirements/*.in again, with hashes and without index addresses
	cd requirements && ../.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header runtime.in -o runtime.txt
	cd requirements && ../.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c runtime.txt dev.in -o dev.txt

##@ Tests
.PHONY: test test-unit test-integration
test: install ## Run every test (real services, embedded)
	$(PY) -m pytest -n 2 --dist loadfile -q
test-unit: install ## Run the pure tests, no services
	$(PY) -m pytest -q tests/unit
test-integration: install ## Run the tests against real services
	$(PY) -m pytest -n 2 --dist loadfile -q tests/integration

##@ Checks
.PHONY: check format lint types
check: lint types ## All that CI checks but the tests
format: install ## Format and fix what can be fixed
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .
lint: install ## Style, layers, spelling
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/codespell
types: install ## mypy, strict
	.venv/bin/mypy
