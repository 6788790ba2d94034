# `make` lists what can be done here. PYTHON names the Python that .venv is made with, PYTEST_ADDOPTS what to add to
# pytest's command line; HOST, PORT and the other settings of the site come from the environment too.
PY = .venv/bin/python
SERVE = .venv-serve
BENCH = .venv-bench

.PHONY: help app serve replicas test test-serve test-cluster check format bench parity official weights lock sbom install install-dev
.DEFAULT_GOAL = help

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

app: install ## Install what is needed, then serve the site on http://127.0.0.1:8050
	@exec $(PY) -m gunicorn --no-control-socket app:server

serve: ## Install the light set, without PyTorch, then serve the same site
	@VENV=$(SERVE) LEAN=1 scripts/install.sh requirements-serve.txt
	@exec $(SERVE)/bin/python -m gunicorn --no-control-socket app:server

replicas: ## Install the light set, then serve two replicas behind nginx on http://127.0.0.1:8080
	@VENV=$(SERVE) LEAN=1 scripts/install.sh requirements-serve.txt
	@exec $(SERVE)/bin/python -m scripts.replicas $(if $(PORT),--port $(PORT)) $(if $(REPLICA_PORT),--replica-port $(REPLICA_PORT))

test: install-dev ## Run all tests, those in a real browser included
	@CHROME_PATH="$$(scripts/browser.sh)" && export CHROME_PATH && \
	status=0 && $(PY) -m pytest || status=$$?; \
	[ -n "$$(scripts/browser.sh --find)" ] || echo "The browser tests were LEFT OUT: there is no Chromium or Chrome."; \
	exit $$status

test-serve: ## Test the light set, without PyTorch, in an environment of its own
	@VENV=.venv-serve-test scripts/install.sh requirements-serve-test.txt
	@.venv-serve-test/bin/python -m pytest tests/light

test-cluster: ## Test `predict --cluster ray` with Ray and a server that stands in for S3
	@scripts/install.sh requirements.txt requirements-dev.txt requirements-cluster-test.txt
	@$(PY) -m pytest tests/classifier/inference/cluster tests/classifier/cli/cluster tests/benchmarks/resilience/test_lost_workers.py

check: install-dev ## Look for mistakes without running anything: ruff, formatting, types, bandit, vulnerable packages
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m bandit --quiet --recursive --configfile pyproject.toml app.py gunicorn.conf.py classifier web scripts benchmarks
	@$(PY) -m scripts.audit

format: install-dev ## Bring the code into its usual form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: install-dev ## Measure how fast and how heavy it is, beside others, and write docs/performance.md (ONLY=api for a part)
	@VENV=$(SERVE) LEAN=1 scripts/install.sh requirements-serve.txt
	@VENV=$(BENCH) EXCEPT=pillow scripts/install.sh requirements-bench.txt || \
	echo "What the site is compared with is LEFT OUT."
	@CHROME_PATH="$$(scripts/browser.sh)" && export CHROME_PATH && $(PY) -m benchmarks $(if $(ONLY),--only $(ONLY))

parity: install ## Compare the answers of the quick engines with PyTorch's on all test photos (needs the photos)
	@$(PY) -m benchmarks.parity

official: install ## Train and test as papers do, by the official split (over 100 min on two cores; needs the photos)
	@PYTHON=$(PY) scripts/official.sh

weights: install ## Train the checkpoint that ships, from ImageNet weights (hours; needs the photos and ELSEWHERE)
	@PYTHON=$(PY) scripts/weights.sh

lock: install-dev ## Write the locks with hashes again, from requirements*.txt and constraints.txt
	@for set in serve full; do \
	    PATH="$(dir $(PY)):$$PATH" scripts/lock.sh $$set || exit; \
	done

sbom: install-dev ## Write what the images' packages are into sbom/, as CycloneDX
	@mkdir -p sbom
	@for set in serve full; do \
	    $(PY) -m cyclonedx_py requirements requirements-$$set.lock --output-reproducible --output-file sbom/florascope-$$set.cdx.json || exit; \
	    echo "sbom/florascope-$$set.cdx.json"; \
	done

install:
	@scripts/install.sh requirements.txt

install-dev:
	@scripts/install.sh requirements.txt requirements-dev.txt
