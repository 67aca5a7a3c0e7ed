# `make` or `make help` lists what there is. Needs Python 3.11 to 3.14, make and a package index.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# What Python compiles is kept, whatever the environment says: else each process that starts
# compiles all it imports, which for Prefect's server alone takes ten seconds.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# The first Python that will do; `make PYTHON=/path/to/python3.12 …` chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null \
	&& echo $$name && break; done)
TESTS ?= tests
# More than there are processors: many tests mostly wait.
JOBS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1)
PYTEST := $(BIN)/pytest -q -n $(JOBS) --dist loadscope --no-loadscope-reorder
# What failed beside others is run once more, by itself, and noted in tests/flaky.toml; `make test
# SECOND_TRY=false` does without.
SECOND_TRY ?= $(BIN)/python -m tools.second_try $(TESTS)

# Two targets at a time; what each of them says stays together, where make can do that.
SIDE_BY_SIDE := $(MAKE) --no-print-directory -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help browser install install-dask run test test-fast test-e2e test-web lint lint-python lint-web compile-tests format media docs types screenshots openapi bench bench-api bench-batches bench-calls bench-editor bench-scale bench-schedules fuzz oracle chaos chaos-calls chaos-servers machines records soak lock clean

include web/web.mk

help: ## say what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## /  make \1 | /p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-24s%s\n", $$1, $$2}'

run: install ## start everything and keep it running (Ctrl-C stops it)
	@$(BIN)/nodeloom up $(ARGS)

install-dask: $(VENV)/.dask ## add what NODELOOM_COMPUTE=dask://… needs: prefect-dask and Dask

install: $(VENV)/.installed media $(BUNDLE) ## put everything into .venv, so that .venv/bin/nodeloom is there

test: install $(VENV)/.dev $(VENV)/.npm browser ## run every test tier this machine can run, and lint
	@$(SIDE_BY_SIDE) lint-python lint-web test-web compile-tests
	@echo "== unit, property, PostgreSQL, Prefect, API, local parts, browser, chaos, end to end"
	@$(PYTEST) $(TESTS) || { [ $$? = 1 ] && $(SECOND_TRY); }
	@echo
	@echo "All tiers passed: lint; editor; unit, property, PostgreSQL, Prefect, API, local parts; browser; end to end."
	@echo "Tests that were skipped are listed above as SKIPPED, each with its reason."

test-fast: install $(VENV)/.dev ## all tiers but the end-to-end one
	@echo "== unit, property, PostgreSQL, Prefect, API, local parts"
	@$(PYTEST) -m "not e2e and not browser" $(TESTS)

test-e2e: install $(VENV)/.dev ## tests that start the whole product, and tests that look at pages
	@echo "== end to end"
	@$(PYTEST) -m "e2e or browser" $(TESTS)

browser: ## install Debian's Chromium for the tests that look at pages, where that is possible
	@command -v chromium >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
		&& echo "Installing Chromium …" \
		&& { apt-get install -y -q chromium || { apt-get update -q && apt-get install -y -q chromium; }; } \
		>/dev/null 2>&1; } || echo "There is no Chromium here and it cannot be installed: tests that need one are skipped."

lint: install $(VENV)/.dev ## style, types, import contracts, repository rules
	@$(SIDE_BY_SIDE) lint-python lint-web

# Once, instead of by each of the processes that run tests at the same time.
compile-tests:
	@$(BIN)/pytest -q -n 0 --collect-only $(TESTS) >/dev/null || true

lint-python:
	@echo "== lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.structure
	@$(BIN)/python -m tools.vocabulary
	@$(BIN)/pytest -q tests/repository/test_files.py

format: $(VENV)/.dev ## put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(MAKE) --no-print-directory format-web

media: $(VENV)/.installed ## make the film that the examples use
	@$(BIN)/python examples/make_media.py

screenshots: install $(VENV)/.dev ## take the pictures of the docs from a running Nodeloom
	@PYTHONPATH=tests:. $(BIN)/python docs/tools/take_screenshots.py $(ARGS)

openapi: docs

docs: $(VENV)/.installed ## draw the pages that come from the code, docs/openapi.json among them
	@$(BIN)/python docs/tools/generate.py
	@$(MAKE) --no-print-directory types

bench: install $(VENV)/.dev ## measure ours beside Prefect by hand, LangGraph, DBOS, asyncio and Pillow
	@$(BIN)/python -m bench $(ARGS)

bench-api: install ## measure the API on 100,000 workflows beside the same queries by psycopg alone
	@$(BIN)/python -m bench.api $(ARGS)

bench-batches: install ## measure a batch of 10,000 rows beside runs that are started singly
	@$(BIN)/python -m bench.batches $(ARGS)

bench-calls: install ## measure what a call of a function costs beside its run
	@$(BIN)/python -m bench.calls $(ARGS)

bench-scale: install ## measure what a run and a node leave behind, for docs/scale.md
	@$(BIN)/python -m bench.footprint $(ARGS)

bench-editor: install $(VENV)/.dev browser ## measure the editor with workflows of 500 and 1,000 nodes
	@$(BIN)/python -m bench.editor $(ARGS)

bench-schedules: install ## measure 200 schedules that are due in the same minute
	@$(BIN)/python -m bench.schedules $(ARGS)

fuzz: install $(VENV)/.dev $(VENV)/.npm ## 66,000 broken pictures and videos; 5,000 requests made from the OpenAPI document
	@NODELOOM_FUZZ=20 $(BIN)/pytest -q -rP tests/fuzz/test_media_files.py
	@NODELOOM_FUZZ=20 $(BIN)/pytest -q -s --timeout 3600 --ignore tests/fuzz/test_media_files.py tests/fuzz

oracle: install $(VENV)/.dev ## compare stills of 130 videos with FFmpeg's own program, and 160 pictures with libvips
	@NODELOOM_ORACLE=130 $(BIN)/pytest -q -n $(JOBS) tests/oracle/test_films.py
	@NODELOOM_ORACLE=160 $(BIN)/pytest -q -n $(JOBS) tests/oracle/test_pictures.py

chaos: install ## kill every part in the middle of 200 runs and count what was promised
	@$(BIN)/python -m chaos $(ARGS)

chaos-calls: install ## kill the API and executors while 1,000 calls of a function wait for their results
	@$(BIN)/python -m chaos.calls $(ARGS)

chaos-servers: install ## kill one of two Prefect servers, then the other, then their Redis (needs redis-server)
	@$(BIN)/python -m chaos.servers $(ARGS)

machines: install $(VENV)/.dev ## one, two, three executors with a database and a bucket; kill one in the middle of 200 runs
	@$(BIN)/python -m chaos.machines $(ARGS)

records: install $(VENV)/.dev ## make 2,000 runs in a row, and 500 while Prefect is away, and compare what it shows
	@$(BIN)/python -m chaos.records $(ARGS)

soak: install ## make runs for five minutes with short retention and look whether the databases stay flat
	@$(BIN)/python -m chaos.soak $(ARGS)

# Of the second list, the packages that the first does not have.
define ONLY_NEW
NR == FNR { known[$$0]; next } /^[^ ]/ { skip = $$0 in known } !skip
endef
export ONLY_NEW

lock: $(VENV)/.dev ## resolve the dependencies anew and write the lock files
	@$(BIN)/uv lock --quiet --upgrade
	@$(BIN)/uv export --quiet --frozen --no-emit-project --no-header --no-annotate \
		--no-default-groups --output-file requirements.lock
	@$(BIN)/uv export --quiet --frozen --no-emit-project --no-header --no-annotate \
		--no-default-groups --extra dask | awk "$$ONLY_NEW" requirements.lock - > requirements-dask.lock
	@$(BIN)/uv export --quiet --frozen --no-emit-project --no-header --no-annotate \
		--only-group dev --output-file requirements-dev.lock
	@$(BIN)/uv export --quiet --frozen --no-emit-project --no-header --no-annotate \
		--only-group web --output-file requirements-web.lock

clean: ## remove .venv and everything that was made from the sources
	rm -rf $(VENV) web/dist web/node_modules uv.lock .pytest_cache .ruff_cache .import_linter_cache .hypothesis examples/media/product.mp4
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed exactly as locked: every package has its hash, none is resolved here. uv is quick;
# where it cannot be had, pip does the same. uv begins at the root folder, where it does not find
# pyproject.toml: what that overrides when dependencies are resolved would change what is locked.
define add_locked
	@echo "Installing what $(1) lists …"
	@if [ -x $(BIN)/uv ]; then \
		$(abspath $(BIN)/uv) --directory / pip install --quiet --python $(abspath $(BIN)/python) \
			--require-hashes --no-deps -r $(abspath $(1)) \
		|| $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(1); \
	else \
		$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(1); \
	fi
endef

# Compiled now, and only what a start needs, instead of at the first start.
define compile
	@echo "Compiling …"
	@export PREFECT_HOME=$(abspath $(VENV))/.prefect; for module in prefect.server.api.server \
		flows.process.worker api.server cli.run local.demo_model.serve; do \
		$(BIN)/python -W ignore -c "import $$module" & done; wait
endef

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { \
		echo "Nodeloom needs Python 3.11, 3.12, 3.13 or 3.14, and found none."; \
		echo "On Debian or Ubuntu: apt install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python cannot make environments: its modules venv and ensurepip are missing."; \
		echo "On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.uv: | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
		|| echo "uv cannot be had here; pip is used instead, which takes longer."
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/.uv
	$(call add_locked,requirements.lock)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(compile)
	@touch $@

# Hostile texts and the TypeScript compiler; tests that need them are skipped where there is no npm.
$(VENV)/.npm: tests/npm/package-lock.json tests/npm/corpora.js $(VENV)/.installed
	@command -v npm >/dev/null 2>&1 && echo "Installing what tests take from npm …" \
		&& mkdir -p $(VENV)/npm && cp tests/npm/package.json tests/npm/package-lock.json tests/npm/.npmrc \
			tests/npm/corpora.js $(VENV)/npm \
		&& cd $(VENV)/npm && npm ci --ignore-scripts --silent >/dev/null 2>&1 \
		&& node corpora.js > corpora.json && touch ../.npm \
		|| echo "npm is not here or cannot install: tests that need it are skipped."

$(VENV)/.dev: requirements-dev.lock $(VENV)/.installed
	$(call add_locked,requirements-dev.lock)
	@touch $@

$(VENV)/.dask: requirements-dask.lock $(VENV)/.installed
	$(call add_locked,requirements-dask.lock)
	@touch $@
