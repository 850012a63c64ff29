#!/bin/sh
# Prints the path of a python3 that has some modules: those that are named, or those that test the integrations of the wheel. Installs the
# system's packages if there is none.
set -eu
[ $# -gt 0 ] || set -- venv ensurepip pytest sklearn xgboost torch optuna nbclient ipykernel pandas
find_python() {
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))' "$@" 2>/dev/null; then
      command -v "$python"
      return 0
    fi
  done
  return 1
}
find_python "$@" && exit 0
for module in "$@"; do
  [ "$module" = ensurepip ] || "$(dirname "$0")/install.sh" "python3-$(echo "$module" | tr _ -)" python # python3-venv has it
done
find_python "$@" || {
  echo "no python3 has all of: $*. Install them, for example with pip (sklearn is scikit-learn there)" >&2
  exit 1
}
