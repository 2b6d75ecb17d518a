#!/usr/bin/env bash
# Makes .venv and core/static/vendor, each only when what it is made from changed. Usage: setup.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
bash scripts/system.sh "$what"

# Two makes in one folder take turns.
exec 9<scripts/setup.sh
flock 9

stamp() { cat "$@" | sha256sum | cut -d' ' -f1; }
same() { [ -e "$1" ] && [ "$(cat "$1")" = "$2" ]; }
pip_install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@"; }

# A .venv that was moved here, or whose Python is gone, is of no use.
venv_works() { .venv/bin/python -c '' 2>/dev/null && grep -qF "$PWD/.venv/bin/python" .venv/bin/pip; }

wanted_run=$(stamp requirements.lock setup.cfg pyproject.toml)
wanted_test=$(stamp requirements-dev.lock setup.cfg pyproject.toml)

# What testing needs includes what running needs.
python_is_ready() {
  venv_works || return 1
  same .venv/stamp-test "$wanted_test" && return 0
  [ "$what" = run ] && same .venv/stamp-run "$wanted_run"
}

if ! python_is_ready; then
  lock=requirements.lock wanted=$wanted_run
  if [ "$what" = test ]; then lock=requirements-dev.lock wanted=$wanted_test; fi
  echo "Installing Python packages ($lock)"
  venv_works || python3 -m venv --clear .venv
  pip_install --require-hashes -r "$lock"
  pip_install --no-deps --no-build-isolation -e .
  echo "$wanted" >".venv/stamp-$what"
fi

wanted=$(stamp package-lock.json scripts/vendor.mjs scripts/icons.txt)
if ! same core/static/vendor/stamp "$wanted"; then
  echo "Installing front-end files (package-lock.json)"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
  node scripts/vendor.mjs
  echo "$wanted" >core/static/vendor/stamp
fi
