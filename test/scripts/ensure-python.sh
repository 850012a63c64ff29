#!/bin/sh
# Prints the path of a python3 that can build the wheel and has the libraries that its integrations are tested with.
set -eu
find_python() {
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))' build hatchling venv ensurepip sklearn xgboost optuna nbclient ipykernel; then
      command -v "$python"
      return 0
    fi
  done
  return 1
}
find_python && exit 0
for package in python3-build python3-hatchling python3-venv python3-sklearn python3-xgboost python3-optuna python3-nbclient python3-ipykernel; do
  "$(dirname "$0")/install.sh" "$package" python
done
find_python || {
  echo 'no python3 has build, hatchling, venv, scikit-learn, xgboost, optuna, nbclient and ipykernel: install them, for example with pip' >&2
  exit 1
}
