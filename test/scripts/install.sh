#!/bin/sh
# Installs a package by the system's package manager, if it has one that can. Usage: install.sh <package of apt> <arguments of brew...>
set -u
package=$1
shift
if command -v apt-get >/dev/null; then
  as_root=''
  [ "$(id -u)" = 0 ] || as_root='sudo -n'
  # Tests run in parallel, but apt fails while another apt runs: the lock keeps ours apart, and apt waits for others.
  exec 9>"${TMPDIR:-/tmp}/hypertide-install.lock"
  flock 9 || true
  { $as_root apt-get update -qq; $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$package"; } >&2 || true
elif command -v brew >/dev/null; then
  brew install "$@" >&2 || true
fi
