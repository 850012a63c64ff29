#!/bin/sh
# Part of npm run check: types and style of the Python package, where mypy and flake8 are installed. Installs nothing.
set -eu
cd "$(dirname "$0")"
for tool in mypy flake8; do
  python=
  for one in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! "$one" -c "import $tool" 2>/dev/null || python=$one
  done
  if [ -z "$python" ]; then
    echo "$tool is not installed, so it does not check the Python package: apt install python3-$tool"
  elif [ "$tool" = mypy ]; then
    "$python" -m mypy
  else
    "$python" -m flake8 . ../../test/python
  fi
done
