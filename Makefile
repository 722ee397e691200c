# Everything a developer runs; `make help` lists it. Needs Python 3.11 or newer, git and make.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$python; break; fi; done)
BIN := .venv/bin
READY := .venv/ready
PYTEST := $(BIN)/python -m pytest
GOLDEN := tests/unit tests/contract tests/integration/test_install.py tests/integration/test_delivery.py

.DEFAULT_GOAL := help
.PHONY: help demo test e2e unit check format lint types imports generate drift golden bench fuzz programs \
	crds lock image kind clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The environment comes from a lock file with hashes; it is made again when that file changes.
$(READY): tests/requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11 or newer was found; install one, or name it: make PYTHON=/path/to/python3" >&2; \
		exit 1; fi
	@start=$$(date +%s); echo "environment: .venv from tests/requirements.lock ($(PYTHON)) ..."; \
	$(PYTHON) -m venv .venv && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
		--require-hashes -r tests/requirements.lock && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation -e . && \
	touch $(READY) && echo "environment: ready after $$(($$(date +%s) - start)) s"

demo: $(READY) ## from kubectl apply to a delivered notification, on real parts (KEEP=1, CLUSTER=external)
	@KEEP="$(KEEP)" CLUSTER="$(CLUSTER)" $(BIN)/python -m tests.demo

test: $(READY) ## everything that is checked, with one line for what was skipped and why
	@$(BIN)/python -m tests.run

unit: $(READY) ## quick unit tests: no network, no cluster, half a minute (make check runs the slow ones too)
	@$(BIN)/python -m tests.run unit

check: $(READY) ## format, lint, types, import contracts, unit tests, repository: no cluster
	@$(BIN)/python -m tests.run format lint types imports unit slow contract

lint types imports: $(READY)
	@$(BIN)/python -m tests.run $@

e2e: $(READY) ## tests on a real node, kubelet and all (root on Linux; says so where it cannot)
	@$(BIN)/python -m tests.run $@

drift: $(READY) ## compare everything generated with its sources
	@$(BIN)/python -m tests.run $@

format: $(READY) ## format the code
	@$(BIN)/ruff format operator tests && $(BIN)/ruff check --fix --quiet operator tests

generate: $(READY) ## write everything that is generated: CRDs, chart, manifests, reference
	@$(BIN)/python -m tests.generate

golden: $(READY) ## refresh the golden files, then test them again
	@UPDATE_GOLDEN=1 $(PYTEST) -q $(GOLDEN)
	@$(PYTEST) -q $(GOLDEN)

bench: $(READY) ## measure every figure beside its floor (half an hour; prints, writes nothing)
	@$(BIN)/python -m tests.bench

fuzz: $(READY) ## ten minutes of atheris on each parser (SECONDS=600, TARGETS="yaml-loader guard"); optional
	@nice $(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600) $(TARGETS)

programs: $(READY) ## build the real programs (once; about twelve minutes on two cores)
	@$(BIN)/python -m tests.cluster.programs

crds: $(READY) ## write crds/ alone
	@$(BIN)/tocsin crds --output-dir crds

lock: $(READY) ## resolve the dependencies again; add UPGRADE=--upgrade for newer versions
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header \
		--python-version 3.11 $(UPGRADE) -o operator/requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header \
		--python-version 3.11 $(UPGRADE) --extra dev -c operator/requirements.lock \
		-o tests/requirements.lock

# The next two need Docker. They are not run in CI.
IMAGE ?= tocsin:0.1.0
PROMETHEUS_OPERATOR ?= https://github.com/prometheus-operator/prometheus-operator/releases/download/v0.93.0/bundle.yaml

image: ## build the operator's image (needs Docker; not run in CI)
	docker build -f operator/Dockerfile -t $(IMAGE) .

kind: image ## a kind cluster with the operator and the quick start (needs Docker; not run in CI)
	kind create cluster --config kind-config.yaml
	kind load docker-image --name tocsin $(IMAGE)
	kubectl create -f $(PROMETHEUS_OPERATOR)
	kubectl wait --for=condition=Established --timeout=60s crd --all
	kubectl apply -k manifests/examples/monitoring
	helm install tocsin charts/tocsin -n tocsin-system --create-namespace --wait
	kubectl apply -k manifests/examples/quickstart

clean: ## remove what can be made again (the programs stay in their cache)
	@rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache .cluster
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
