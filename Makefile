# `make` lists what can be done here. PYTHON names the Python that .venv is made with, PYTEST_ADDOPTS what to add to
# pytest's command line; HOST, PORT and the other settings of the site come from the environment too.
PY = .venv/bin/python

.PHONY: help app test check format bench official weights install install-dev
.DEFAULT_GOAL = help

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

app: install ## Install what is needed, then serve the site on http://127.0.0.1:8050
	@exec $(PY) -m gunicorn --no-control-socket app:server

test: install-dev ## Run all tests, those in a real browser included
	@CHROME_PATH="$$(scripts/browser.sh)" && export CHROME_PATH && \
	status=0 && $(PY) -m pytest || status=$$?; \
	[ -n "$$(scripts/browser.sh --find)" ] || echo "The browser tests were LEFT OUT: there is no Chromium or Chrome."; \
	exit $$status

check: install-dev ## Look for mistakes without running anything: ruff, formatting, types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

format: install-dev ## Bring the code into its usual form
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: install ## Compare ways to compute the same, side by side on this machine
	@$(PY) benchmarks/predict.py

official: install ## Train and test as papers do, by the official split (over 100 min on two cores; needs the photos)
	@PYTHON=$(PY) scripts/official.sh

weights: install ## Make the checkpoint that ships, from ImageNet weights (hours; needs the photos and ELSEWHERE)
	@PYTHON=$(PY) scripts/weights.sh

install:
	@scripts/install.sh requirements.txt

install-dev:
	@scripts/install.sh requirements.txt requirements-dev.txt
