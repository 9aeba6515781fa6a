# Every target works by itself on a fresh checkout: it first makes .venv with exactly the packages of
# requirements.lock. Needs Python 3.11 or newer; PYTHON=python3.12 chooses another one.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
PIP = $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
# What pip trusts when its own certificates do not do: behind a proxy only the system knows the proxy's.
CA_BUNDLE := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem))

.PHONY: run test check fuzz bench pictures lock clean
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

# Builds the graph of the articles in seeds/, and asks it three things.
run: $(READY)
	$(BIN)/kg build seeds -o out
	@echo
	$(BIN)/kg query collaborators -p agency=株洲市公安局 -s out
	@echo
	$(BIN)/kg query deployments -s out
	@echo
	$(BIN)/kg query trainings -s out
	@printf '%s\n' '' 'Next:' \
	    '  open out/graph.html in a browser            the graph; needs no network' \
	    '  $(BIN)/kg query --list                   all the questions' \
	    '  $(BIN)/kg check && $(BIN)/kg info     what the build holds, and that it is right' \
	    '  $(BIN)/kg build FOLDER -o mine           your own articles'

# The tests but the slow ones; ARGS="-k shapes" passes options on, MARKS= runs all.
test: MARKS ?= not slow
test: $(READY)
	$(BIN)/python -m pytest -n auto --maxprocesses 8 -m "$(MARKS)" $(ARGS)

# What CI runs: the style, the types, every test.
check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) --no-print-directory test MARKS=

# Takes N mutated texts the whole way of a build but for the writing, on every core; nothing may break.
fuzz: N ?= 100000
fuzz: $(READY)
	KG_FUZZ=$(N) $(BIN)/python -m pytest tests/test_fuzz.py -k mutated -s -o faulthandler_timeout=0

# Prints speeds and start-up times of this machine, how well pages are read and copies found, what builds and pages cost.
# Large builds take half an hour: .venv/bin/python tests/bench/building.py 1000 5000 20000
BENCHES := startup reading duplicates chrome building pages
bench: export KG_EVERY ?= 8
bench: $(READY)
	@for bench in $(BENCHES); do $(BIN)/python tests/bench/$$bench.py || exit 1; done

# Takes the README's pictures of the page, into .images; needs Chromium.
pictures: $(READY)
	PYTHONPATH=tests $(BIN)/python -m e2e.pictures

# Resolves pyproject.toml again, for every platform, without any download address.
lock: $(BIN)/uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
	    --system-certs --no-config --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock

clean:
	rm -rf $(VENV) out dist build .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find kg tests -name __pycache__ -type d -prune -exec rm -rf {} +

# uv itself by pip, at the version and with the hashes of the lock; all else by uv.
$(BIN)/uv: | requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version if sys.version_info < (3, 11) else 0)'
	@echo 'Installing into $(VENV): about half a minute.'
	@$(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(PIP) || $(PIP) --cert "$(CA_BUNDLE)"

$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync -q --system-certs --require-hashes requirements.lock
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --offline --no-deps --no-build-isolation -e .
	@touch $@
