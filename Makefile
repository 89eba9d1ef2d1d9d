# Lagoa. `make help` lists what there is; each target sets up what it needs first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo up down status logs check test faults chaos test-compose bench clean lock env setup setup-dev
LAGOA := .venv/bin/lagoa
CHAOS_SOURCES := pncp,transferegov,portal_transparencia,contratos,loja,siafi,tesouro_gerencial

help: ## Show this list.
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

demo: setup ## Set everything up and run the main job (DATA=folder: recorded data; SOURCES=all: every source; LAGOA_SOURCES=live: the real ones).
	@$(LAGOA) demo $(if $(DATA),--data "$(DATA)") $(if $(SOURCES),--sources "$(SOURCES)")

up: setup ## Start everything; returns when all is healthy.
	@$(LAGOA) up

down: ## End every process; the data stays.
	@[[ ! -x $(LAGOA) ]] || $(LAGOA) down

status: setup ## Show what runs, and whether it is healthy.
	@$(LAGOA) status

logs: setup ## Show the last log lines (PROGRAM=name for one program, FOLLOW=1 to go on).
	@$(LAGOA) logs $(PROGRAM) $(if $(FOLLOW),-f)

check: setup-dev ## Lint, types, SQL, YAML, secrets, specs.
	@scripts/check

test: setup-dev ## Run the tests, with a real Postgres, Airflow and browser; at most 80 minutes (ARGS="-k name").
	@scripts/test-packages
	@timeout --kill-after=30 80m .venv/bin/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

faults: setup-dev ## Try every fault of every simulated source; `make test` tries a tenth of them.
	@.venv/bin/python -m pytest tests/specs/test_every_fault.py --every-fault $(ARGS)

chaos: setup-dev ## Kill what runs in the middle of ingestions: RUNS=15 of them, four kills in each (some 40 minutes).
	@.venv/bin/python -m pytest tests/chaos --chaos-runs=$(or $(RUNS),15) --chaos-sources=$(CHAOS_SOURCES) --timeout=3600 $(ARGS)

test-compose: setup-dev ## Test docker-compose.yml with a real Docker engine.
	@.venv/bin/python -m pytest tests/compose --timeout=1800 --run-compose $(ARGS)

bench: setup-dev ## Measure against peers in the same run.
	@.venv/bin/python -m benchmarks $(ARGS)

clean: ## End everything and delete all state (environments stay).
	@[[ ! -x $(LAGOA) ]] || $(LAGOA) clean $(if $(YES),--yes)

lock: setup-dev ## Resolve the lock files anew (ARGS=--upgrade for newer versions).
	@scripts/lock $(ARGS)

env: ## Write .env from .env.example with generated secrets.
	@scripts/env

setup:
	@scripts/setup

setup-dev:
	@scripts/setup --dev
