#!/bin/sh
# Prints the path of go; installs the system's package, and the one of the NATS client for Go, if there is none.
set -eu
client=/usr/share/gocode/src/github.com/nats-io/nats.go
find_go() {
  [ -d "$client" ] && command -v "${GO:-go}"
}
find_go && exit 0
for package in golang-go golang-github-nats-io-go-nats-dev; do
  "$(dirname "$0")/install.sh" "$package" go
done
find_go || {
  echo "go, or its NATS client in $client, is missing: apt install golang-go golang-github-nats-io-go-nats-dev" >&2
  exit 1
}
