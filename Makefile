# The two commands of the README are `make demo` and `make test`; the rest is for those who change the code.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all lint format types bench bench-page truth truth-short truth-long pictures lock docs screenshots clean

help:            ## list these targets
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:           ## make .venv and install what is locked
	@tools/setup

demo: setup      ## set everything up and run the whole procedure on the virtual camera
	@.venv/bin/backfocus demo

# Each of the two takes a half in order and only then the other's rest, so hardly any clip is made twice.
test: setup-tests   ## set up what the tests need, then run them
	@.venv/bin/python -m pytest -n 2 --dist worksteal

test-all: setup-tests  ## the same with the slow tests
	@.venv/bin/python -m pytest -n 2 --dist worksteal -m "slow or not slow"

.PHONY: setup-tests
setup-tests:
	@tools/setup tests

lint: setup      ## ruff: rules and format
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: setup     ## mypy, strict
	@.venv/bin/mypy

format: setup    ## let ruff put the code in form
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

bench: setup     ## print the table of times and errors with this machine's name
	@.venv/bin/python tools/bench.py

bench-page: setup-tests  ## print times, weight and memory of the page in a browser (ten minutes)
	@.venv/bin/python -m tools.bench_page

truth: setup     ## prove every number against somebody else's answer; writes docs/accuracy.md
	@.venv/bin/python -m tools.truth

truth-short: setup   ## the same with fewer cases, printed only
	@.venv/bin/python -m tools.truth --short

truth-long: setup  ## film, read and judge 600 recordings by real cameras, some in which the light changes, and 500 without a chart; hours, goes on where it stopped
	@.venv/bin/python -m tools.truth.long
	@.venv/bin/python -m tools.truth.long.disturbed
	@.venv/bin/python -m tools.truth.long --objects

screenshots: setup-tests  ## take the pictures of the page for the README and the docs
	@.venv/bin/python -m tools.screenshots

lock: setup      ## bring requirements.lock up to date with pyproject.toml
	@VIRTUAL_ENV=$(CURDIR)/.venv .venv/bin/uv pip compile --universal --upgrade --generate-hashes --no-header --no-annotate \
	  --all-extras --group dev --group docs pyproject.toml -o requirements.lock -q

pictures: setup  ## capture the pictures of the README again
	@.venv/bin/python tools/pictures.py

docs: setup      ## build the manual and say where it is
	@.venv/bin/sphinx-build -q -W -b html docs docs/_build
	@echo "The manual: file://$(CURDIR)/docs/_build/index.html"

clean:           ## remove what was built; .venv stays
	@rm -rf build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis
