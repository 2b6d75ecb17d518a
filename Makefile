# Two commands are all a newcomer needs: `make run` and `make test`.
SHELL := /bin/bash
HOST ?= 127.0.0.1
PORT ?= 8080
WORKERS ?= 2
REV ?= HEAD~1
BIN := .venv/bin
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadgroup

.NOTPARALLEL:
.PHONY: setup setup-test run test lint unit bench bench-against nightly replay lock clean

setup: ## what `make run` needs
	@bash scripts/setup.sh run

setup-test: ## what `make test` needs as well
	@bash scripts/setup.sh test

run: setup ## the application with a demo factory on an embedded database
	@exec $(BIN)/qingmes serve --demo --host $(HOST) --port $(PORT)

test: lint unit ## everything; the closing line is pytest's

lint: setup-test
	@TIMEFORMAT='lint took %0R s'; time { \
	  $(BIN)/ruff check . && \
	  $(BIN)/ruff format --check . && \
	  $(BIN)/mypy core addons && \
	  $(BIN)/djlint --lint --quiet core/templates addons; }

unit: setup-test
	$(PYTEST) -m "not nightly" tests

bench: setup-test ## figures, as a table and as JSON lines
	$(BIN)/python -m bench

bench-against: setup-test ## the same figures beside those of another commit: make bench-against REV=HEAD~1
	$(BIN)/python -m bench.compare $(REV)

replay: setup-test ## a production log through the public API into a fresh database: make replay FILE=…
	@test -n "$(FILE)" || { echo "say which: make replay FILE=production_log.csv"; exit 2; }
	@$(BIN)/python -m examples.production_log.replay "$(FILE)"

nightly: setup-test ## the long campaigns, and pages in the sizes and languages that `make test` leaves out
	$(PYTEST) -m nightly tests

lock: ## writes the Python lock files anew from the ranges in setup.cfg
	bash scripts/lock.sh

clean: ## removes what was installed or built; never var/, where the data are
	rm -rf .venv node_modules core/static/vendor build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
