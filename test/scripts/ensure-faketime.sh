#!/bin/sh
# Prints the path of libfaketime; installs the system's package if there is none.
set -eu
find_library() {
  for path in "${LIBFAKETIME:-}" /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib/faketime/libfaketimeMT.so.1; do
    if [ -n "$path" ] && [ -e "$path" ]; then
      echo "$path"
      return 0
    fi
  done
  return 1
}
find_library && exit 0
"$(dirname "$0")/install.sh" libfaketime libfaketime
find_library || {
  echo 'libfaketime is missing: install it (apt install libfaketime), or set LIBFAKETIME to the path of libfaketimeMT.so.1' >&2
  exit 1
}
