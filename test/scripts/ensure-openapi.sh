#!/bin/sh
# Prints the path of a python3 that has openapi-core; installs the system's package if there is none.
set -eu
find_python() {
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("openapi_core") is None)' 2>/dev/null; then
      command -v "$python"
      return 0
    fi
  done
  return 1
}
find_python && exit 0
"$(dirname "$0")/install.sh" python3-openapi-core python
find_python || {
  echo 'no python3 has openapi-core: install it (apt install python3-openapi-core, or pip install openapi-core)' >&2
  exit 1
}
