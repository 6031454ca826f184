# `make` alone prints this file's targets. Everything runs from .venv, which `make install` makes.
PY := .venv/bin/python
REQUIREMENTS := requirements/dev.txt
DEVSTACK := $(PY) -m devstack
.DEFAULT_GOAL := help
.PHONY: help
MAKEFLAGS += --no-print-directory

help: ## Print this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} /^[a-zA-Z_-]+:.*## / {printf "  \033[36m%-22s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ Set-up
.venv/installed: $(REQUIREMENTS)
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dogwalk needs Python 3.11 or newer")'
	@$(PY) -m pip --version >/dev/null 2>&1 || python3 -m venv .venv
	@echo "Installing pinned requirements into .venv (once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(REQUIREMENTS)
	@touch $@

.PHONY: install lock
install: .venv/installed ## Install pinned requirements into .venv (quick when nothing changed)
lock: install ## Pin requirements/*.in again, with hashes and without index addresses
	cd requirements && ../.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header runtime.in -o runtime.txt
	cd requirements && ../.venv/bin/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c runtime.txt dev.in -o dev.txt

##@ Run
.PHONY: demo up down reset status logs
demo: install ## Start everything, play one walk from booking to payout, stop (GPX=path SPEED=60 CARD=pm_card_… KEEP=1)
	@$(DEVSTACK) demo $(if $(GPX),--gpx "$(GPX)") $(if $(SPEED),--speed "$(SPEED)") $(if $(CARD),--card "$(CARD)") $(if $(filter-out 0,$(KEEP)),--keep)
up: install ## Start everything and keep it running until Ctrl-C or `make down` (DETACH=1 returns)
	@$(DEVSTACK) up $(if $(filter-out 0,$(DETACH)),--detach)
down: install ## Stop everything
	@$(DEVSTACK) down
status: install ## Tell what runs, where, and how to log in
	@$(DEVSTACK) status
logs: install ## Print the ends of the logs (PART=api, FOLLOW=1)
	@$(DEVSTACK) logs $(PART) $(if $(filter-out 0,$(FOLLOW)),--follow)
reset: install ## Stop everything and delete its data
	@$(DEVSTACK) reset

##@ Database
.PHONY: init-db migrate seed check-db-connection
init-db: install ## Make the database if it is missing, and migrate it (DATABASE_URL, or the embedded one)
	@$(DEVSTACK) init-db
migrate: install ## Bring the schema to the newest version
	@$(DEVSTACK) migrate
seed: install ## Put in a market, people, dogs and homes to try things with; print how to log in
	@$(DEVSTACK) seed
check-db-connection: install ## Ask the database for its version and migration
	@$(DEVSTACK) check-db

##@ Operations
.PHONY: health-check clear-token-cache openapi
health-check: install ## Ask everything that runs how it is
	@$(DEVSTACK) health
clear-token-cache: install ## Forget what Redis keeps of log-ins: limits, one-time nonces, tickets
	@$(DEVSTACK) clear-token-cache

openapi: install ## Write the OpenAPI document to docs/openapi.json
	@mkdir -p docs && $(PY) -m api openapi > docs/openapi.json && echo "docs/openapi.json"

##@ Image
IMAGE ?= dogwalk
TAG ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo dev)
.PHONY: build push
build: ## Build the production image (IMAGE=name TAG=tag)
	docker build --target production --build-arg BUILD_ID=$(TAG) --tag $(IMAGE):$(TAG) .
push: build ## Push it to the registry that IMAGE names
	docker push $(IMAGE):$(TAG)

##@ Tests
# Three on two cores: a test waits for servers half its time.
TOGETHER := -n 3 --dist loadfile --no-loadscope-reorder
.PHONY: test test-unit test-integration scenarios
test: install ## Run every test (real services, embedded)
	$(PY) -m pytest $(TOGETHER) -q
test-unit: install ## Run the pure tests, no services
	$(PY) -m pytest -q tests/unit
test-integration: install ## Run the tests against real services
	$(PY) -m pytest $(TOGETHER) -q tests/integration
scenarios: install ## Run the numbered scenarios of a booking's life and print their table (S=06 for one, CACHE=0 replays every task)
	$(if $(CACHE),SCENARIOS_CACHED_WORKFLOWS=$(CACHE)) $(PY) -m pytest $(TOGETHER) -q tests/workflows $(if $(S),-k s$(S)_)

##@ Speed
.PHONY: bench
bench: install ## Measure speed and cost beside floors and targets (B=1,3 for some)
	@$(PY) -m tests.bench $(if $(B),--only "$(B)")

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
