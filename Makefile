# make demo   build a graph from the papers in seeds/ and ask it two questions
# make test   run all tests
# make check  lint, types and tests: what CI runs
# make train-env  torch and what else training needs (5 GB), so that its tests run too: CI does
# make neo4j  a Neo4j server with its Browser, until Ctrl-C; HOME_DIR=folder keeps its data
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEMO := demo-graph

.PHONY: demo test lint types check train-env neo4j lock docs clean

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "kg needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "no venv module: on Debian, apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/runtime: $(VENV)/created requirements/runtime.txt pyproject.toml
	@echo "installing into $(VENV) (half a minute)"
	@$(PIP) install --require-hashes -r requirements/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements/dev.txt
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/train: $(VENV)/dev requirements/train.txt
	@echo "installing torch into $(VENV) (5 GB)"
	@$(PIP) install --require-hashes -r requirements/train.txt
	@touch $@

train-env: $(VENV)/train

demo: $(VENV)/runtime
	@echo '$$ kg build seeds/papers.jsonl -o $(DEMO)'
	@$(BIN)/kg build seeds/papers.jsonl -o $(DEMO)
	@echo; echo "Which datasets do most papers evaluate on?"
	@$(BIN)/kg query $(DEMO) "MATCH (p:Paper)-[:EVALUATES_ON]->(d:Dataset) RETURN d.name AS dataset, count(*) AS papers ORDER BY papers DESC, dataset LIMIT 8"
	@echo; echo "What was trained on how many of which accelerators?"
	@$(BIN)/kg query $(DEMO) "MATCH (m:Method)<-[:INTRODUCES]-(p:Paper)-[r:RUNS_ON]->(h:Hardware) WHERE r.count > 100 RETURN m.name AS method, r.count AS count, h.name AS hardware ORDER BY count DESC, method LIMIT 8"

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev
	$(BIN)/mypy

# without torch the code that trains cannot be run, and does not count
test: export KG_COVERAGE_OMIT = $(if $(wildcard $(VENV)/train),,kg/training/*)
test: $(VENV)/dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: lint types test

neo4j: $(VENV)/runtime
	@$(BIN)/python -m tests.neo4j.server $(HOME_DIR)

docs: $(VENV)/dev
	$(BIN)/python docs/generate.py

lock: $(VENV)/dev
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --upgrade \
		--output-file requirements/runtime.txt requirements/runtime.in pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --upgrade \
		--output-file requirements/dev.txt requirements/dev.in
	$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --upgrade \
		--output-file requirements/train.txt requirements/train.in

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
