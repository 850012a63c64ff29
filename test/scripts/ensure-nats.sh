#!/bin/sh
# Prints the path of a nats-server (2.10 or later); installs the system's package if there is none.
set -eu
find_server() {
  for path in "${NATS_SERVER:-}" "$(command -v nats-server || true)" /usr/sbin/nats-server /usr/local/bin/nats-server /opt/homebrew/bin/nats-server; do
    if [ -n "$path" ] && [ -x "$path" ]; then
      echo "$path"
      return 0
    fi
  done
  return 1
}
find_server && exit 0
"$(dirname "$0")/install.sh" nats-server nats-server
find_server || {
  echo 'nats-server is missing: install it (apt install nats-server, brew install nats-server), or set NATS_SERVER to its path' >&2
  exit 1
}
