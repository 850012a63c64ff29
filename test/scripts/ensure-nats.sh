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
if command -v apt-get >/dev/null; then
  as_root=''
  [ "$(id -u)" = 0 ] || as_root='sudo -n'
  { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nats-server; } >&2 || true
elif command -v brew >/dev/null; then
  brew install nats-server >&2 || true
fi
find_server || {
  echo 'nats-server is missing: install it (apt install nats-server, brew install nats-server), or set NATS_SERVER to its path' >&2
  exit 1
}
