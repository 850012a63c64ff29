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
find_browser && exit 0
"$(dirname "$0")/install.sh" chromium --cask chromium
find_browser || {
  echo 'chromium is missing: install it (apt install chromium, brew install --cask chromium), or set CHROMIUM to its path' >&2
  exit 1
}
