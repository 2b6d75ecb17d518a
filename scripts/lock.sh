#!/usr/bin/env bash
# Writes requirements.lock (to run) and requirements-dev.lock (to run and test) anew from the ranges in setup.cfg.
# What is locked already stays as it is unless a range excludes it; `lock.sh --upgrade` takes the newest of everything.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check 'uv>=0.9'

# The build backend is locked as well: `pip install --no-build-isolation -e .` needs it.
sed -n 's/^requires = \["\(.*\)"\]$/\1/p' pyproject.toml >"$tools/build.in"

# Universal: some packages are needed on Debian 12's Python 3.11.2 and not on a later one.
compile() {
  "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11.2 --generate-hashes --no-annotate \
    --no-header "$@" setup.cfg "$tools/build.in"
}
compile "$@" -o requirements.lock
compile "$@" --extra test -c requirements.lock -o requirements-dev.lock
