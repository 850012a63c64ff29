#!/bin/sh
# The engine of the Python package, from the source: HYPERTIDE_NODE names this program instead of Node, and the first word is the bundled engine.
shift
root=$(realpath "$(dirname "$0")/../..")
exec node --import "$root/node_modules/tsx/dist/loader.mjs" "$root/src/cli/main.ts" "$@"
