#!/bin/sh
# Prints the directory of prometheus and promtool; installs the system's package if there is none.
set -eu
find_tools() {
  for path in "${PROMETHEUS:-}" "$(command -v prometheus || true)" /usr/bin/prometheus /opt/homebrew/bin/prometheus; do
    if [ -n "$path" ] && [ -x "$path" ]; then
      dirname "$path"
      return 0
    fi
  done
  return 1
}
find_tools && exit 0
"$(dirname "$0")/install.sh" prometheus prometheus
find_tools || {
  echo 'prometheus is missing: install it (apt install prometheus, brew install prometheus), or set PROMETHEUS to its path' >&2
  exit 1
}
