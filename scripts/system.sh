#!/usr/bin/env bash
# Makes sure the programs that `make run` or `make test` need are here: installs them when we are root on
# Debian, otherwise says what to install. Usage: system.sh run|test
set -euo pipefail
what=${1:-run}
missing=()

has() { command -v "$1" >/dev/null 2>&1; }
need() { missing+=("$1"); }

has python3 || need python3
python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || need python3-venv
has node || need nodejs
has npm || need npm

# What WeasyPrint loads to make paper; without harfbuzz-subset a page takes far longer.
library() { compgen -G "/usr/lib/*/$2" >/dev/null || compgen -G "/usr/lib/$2" >/dev/null || need "$1"; }
library libpango-1.0-0 'libpango-1.0.so.0'
library libpangoft2-1.0-0 'libpangoft2-1.0.so.0'
library libharfbuzz-subset0 'libharfbuzz-subset.so.0'
has fc-list || need fontconfig
[ -n "$(fc-list :lang=zh 2>/dev/null || true)" ] || need fonts-noto-cjk

if [ "$what" = test ]; then
  has chromium || need chromium
  has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql
  has redis-server || need redis-server
fi

install_missing() {
  if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
    echo "QingMES needs programs that are not here. As an administrator, run:" >&2
    echo "    apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing Debian packages: ${missing[*]}"
  # The tests start servers of their own: a package's service must neither start now nor take a port.
  policy=/usr/sbin/policy-rc.d
  log=$(mktemp)
  trap 'rm -f "$log" ${made_policy:+"$policy"}' EXIT
  if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    exit 1
  fi
}

[ ${#missing[@]} -eq 0 ] || install_missing

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "QingMES needs Python 3.11 or newer as python3; this one is $(python3 --version)." >&2
  exit 1
fi
