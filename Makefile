# Touchline. `make help` lists the targets; README.md says what they are for.
.DEFAULT_GOAL := help
.PHONY: help publish refresh retrain champions league serve status skill test fuzz check bench format lock clean

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& { echo $$python; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export NO_MKDOCS_2_WARNING := 1
export MLFLOW_DISABLE_TELEMETRY := true
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := true
# a target's output may be piped on, also where make was called by make
MAKEFLAGS += --no-print-directory

# Settings of a run; each one left empty keeps the value of luigi.cfg.
SOURCE ?=
BASE_URL ?=
AS_OF ?=
DATA_ROOT ?=
SITE_ROOT ?=
PORT ?=
FOLDER ?=
NAME ?=
BRING_BACK ?=
SETTINGS = $(if $(SOURCE),--pipeline-source $(SOURCE)) $(if $(BASE_URL),--pipeline-base-url $(BASE_URL)) \
	$(if $(DATA_ROOT),--pipeline-data-root $(DATA_ROOT)) $(if $(SITE_ROOT),--pipeline-site-root $(SITE_ROOT)) \
	$(if $(FOLDER),--pipeline-folder $(FOLDER))


# What a measurement of skill covers; each one left empty keeps the default that `make skill` documents.
FAMILIES ?=
SCORE_DIVISIONS ?=
FIRST_SEASON ?=
LAST_SEASON ?=
HISTORY_FROM ?=
CONFIRM ?=
MEASURED = $(if $(FAMILIES),--families $(FAMILIES)) $(if $(SCORE_DIVISIONS),--score-divisions $(SCORE_DIVISIONS)) \
	$(if $(FIRST_SEASON),--first-season $(FIRST_SEASON)) $(if $(LAST_SEASON),--last-season $(LAST_SEASON)) \
	$(if $(HISTORY_FROM),--history-from $(HISTORY_FROM)) $(if $(CONFIRM),--confirm)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo "  settings of publish, refresh and skill: SOURCE=, BASE_URL=, AS_OF=, DATA_ROOT=, SITE_ROOT=, FOLDER="
	@echo "  of skill alone: FAMILIES=, SCORE_DIVISIONS=, FIRST_SEASON=, LAST_SEASON=, HISTORY_FROM=, CONFIRM=1"

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Touchline needs Python 3.11, 3.12 or 3.13 with venv"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON): about a minute, once"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

publish: $(READY) ## take the feed to the published site
	@$(BIN)/luigi --module pipeline Publish $(if $(AS_OF),--as-of $(AS_OF)) $(SETTINGS)
	@$(BIN)/python -m pipeline.tasks.operator where $(SETTINGS)

refresh: $(READY) ## the same without training: new fixtures, prices and results
	@$(BIN)/luigi --module pipeline Refresh $(if $(AS_OF),--as-of $(AS_OF)) $(SETTINGS)
	@$(BIN)/python -m pipeline.tasks.operator where $(SETTINGS)

retrain: $(READY) ## publish, looking for better recipes and fitting anew whatever the triggers say
	@$(BIN)/luigi --module pipeline Retrain $(if $(AS_OF),--as-of $(AS_OF)) $(SETTINGS)
	@$(BIN)/python -m pipeline.tasks.operator where $(SETTINGS)

champions: $(READY) ## list the champions of every role; an earlier one again: BRING_BACK=<role>
	@$(BIN)/python -m pipeline.tasks.champions $(if $(BRING_BACK),bring-back --role $(BRING_BACK),list) $(SETTINGS)

league: $(READY) ## try one division, apart from every live run: coverage, clubs, first forecasts (NAME=)
	@$(BIN)/python -m pipeline.tasks.league $(if $(AS_OF),--as-of $(AS_OF)) $(SETTINGS) -- "$(NAME)"

status: $(READY) ## say how the last run went
	@$(BIN)/python -m pipeline.tasks.operator status $(SETTINGS)

skill: $(READY) ## measure every forecaster beside the market over past seasons (long; resumes)
	@$(BIN)/python -m pipeline.tasks.skill $(if $(AS_OF),--as-of $(AS_OF)) $(MEASURED) $(SETTINGS)

serve: $(READY) ## show the current release on http://localhost:8080/ (another port: PORT=)
	@$(BIN)/python -m pipeline.tasks.serve $(if $(PORT),--port $(PORT)) $(SETTINGS)

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile

fuzz: $(READY) ## damage feed files in thousands of new ways (an hour)
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest tests/properties --timeout 14400

bench: $(READY) ## measure how long the rooms take, beside other packages
	@$(BIN)/python -m tests.bench.bench

check: $(READY) ## format, lint, types and import directions
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(READY) ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(READY) ## choose the versions anew (needs uv)
	@uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 --extra dev pyproject.toml -o requirements.lock
	@uv pip compile --quiet --generate-hashes --no-header --python-version 3.11 tests/bench/peers.in -o tests/bench/peers.lock

clean: ## remove run data, releases and the environment
	@rm -rf data site $(VENV)
