# The commands of the project. PORT=, PYTHON=, WORKERS= (of tests), DATABASE_URL= and REDIS_URL= may be given.
.DEFAULT_GOAL := run
.PHONY: run venv test check e2e webkit bench lock migrations
SHELL := /bin/sh
PORT ?= 8000
WORKERS ?= 2
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never $(BIN)/uv
# The first interpreter that fits and can make virtual environments.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$p && break; done)

run: .venv/.ok
	@exec $(BIN)/python manage.py up --port "$(PORT)"

venv: .venv/.ok

.venv/.ok: requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "缺少 Python 3.11–3.13（须带 venv 与 pip）。请先安装，例如：apt install python3 python3-venv [Python 3.11-3.13 with venv is missing]" >&2; exit 1; }
	@echo "正在准备运行环境，约需一分钟…… [installing into .venv]"
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@{ $(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION) \
		&& $(UV) pip sync -q --require-hashes -p $(BIN)/python requirements-dev.lock; } \
	|| $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock \
	|| { echo "安装依赖失败：请检查网络后再运行一次 make [installing failed: check the network and run make again]" >&2; exit 1; }
	@touch $@

test: .venv/.ok
	@$(BIN)/python -m pytest -n $(WORKERS)

e2e: .venv/.ok
	@DJANGO_ALLOW_ASYNC_UNSAFE=1 $(BIN)/python -m pytest tests/e2e -n $(WORKERS)

webkit: .venv/.ok
	@DJANGO_ALLOW_ASYNC_UNSAFE=1 $(BIN)/python -m pytest tests/webkit -n $(WORKERS)

bench: .venv/.ok
	@$(BIN)/python -m bench

check: .venv/.ok
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@! git grep -nIE 'https?://' -- '*.lock' || { echo "lock files must name no address" >&2; exit 1; }
	@! git grep -nE '/(work|farm|root|home/[a-z]+|tmp/bash_jobs)/' -- . ':!*.lock' ':!Makefile' || { echo "no path of a machine may be committed" >&2; exit 1; }

migrations: .venv/.ok
	@$(BIN)/python manage.py makemigrations

lock: .venv/.ok
	@$(UV) pip compile -q pyproject.toml --universal --generate-hashes --no-header --no-annotate -o requirements.lock
	@$(UV) pip compile -q pyproject.toml --group dev --group bench -c requirements.lock --universal --generate-hashes --no-header --no-annotate -o requirements-dev.lock
