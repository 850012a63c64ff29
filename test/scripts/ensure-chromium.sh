#!/bin/sh
# Prints the path of a Chromium; installs the system's package if there is none.
set -eu
find_browser() {
  for path in "${CHROMIUM:-}" "$(command -v chromium || true)" "$(command -v chromium-browser || true)" "$(command -v google-chrome || true)" \
    '/Applications/Chromium.app/Contents/MacOS/Chromium' '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
    if [ -n "$path" ] && [ -x "$path" ]; then
      echo "$path"
      return 0
    fi
  done
  return 1
}
# While another test installs it, it is found before all of its files are there, and ends at once: install.sh holds this lock until then.
if command -v flock >/dev/null; then
  exec 8>"${TMPDIR:-/tmp}/hypertide-install.lock"
  flock -s 8
  exec 8>&-
fi
find_browser && exit 0
"$(dirname "$0")/install.sh" chromium --cask chromium
find_browser || {
  echo 'chromium is missing: install it (apt install chromium, brew install --cask chromium), or set CHROMIUM to its path' >&2
  exit 1
}
