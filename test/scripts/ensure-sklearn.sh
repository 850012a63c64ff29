#!/usr/bin/env bash
# Sees to it that some python3 has scikit-learn, for the tests of the Python example: by the system's package manager, or says what to do.
set -euo pipefail

has() {
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import sklearn' 2>/dev/null && return
  done
  return 1
}
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

has && exit
if command -v apt-get >/dev/null; then
  as_root apt-get install --yes --quiet python3-sklearn >/dev/null || { as_root apt-get update --quiet >/dev/null && as_root apt-get install --yes --quiet python3-sklearn >/dev/null; } || true
elif command -v brew >/dev/null; then
  brew install scikit-learn || true
fi
has || { echo 'no python3 has scikit-learn: install it (Debian: apt install python3-sklearn; elsewhere: pip install scikit-learn)' >&2; exit 1; }
