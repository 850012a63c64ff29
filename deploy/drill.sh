#!/bin/sh
# Archives every study of a NATS server, restores them onto an empty one, and compares the logs byte for byte:
#   deploy/drill.sh nats://production.example.com nats://empty.example.com [folder for the archives]
# Both servers must let you in by their addresses; give the addresses of users with the right to archive and restore.
set -eu
from=$1
onto=$2
folder=${3:-$(mktemp -d)}
names() {
  hypertide study list "$1" --json | node -e 'process.stdin.toArray().then((text) => JSON.parse(text.join("")).forEach(({ name }) => console.log(name)))'
}
log() {
  tar -xzOf "$1" log.jsonl
}
there=$(names "$onto")
if [ -n "$there" ]; then
  echo "$onto has studies: use an empty server" >&2
  exit 2
fi
mkdir -p "$folder/again"
studies=$(names "$from")
if [ -z "$studies" ]; then
  echo "$from has no studies: there is nothing to archive"
  exit
fi
for study in $studies; do
  hypertide study archive "$from/$study" -o "$folder/$study.tar.gz"
  hypertide study restore "$folder/$study.tar.gz" "$onto"
  hypertide study archive "$onto/$study" -o "$folder/again/$study.tar.gz"
  log "$folder/$study.tar.gz" > "$folder/log"
  log "$folder/again/$study.tar.gz" | cmp - "$folder/log"
done
rm "$folder/log"
echo "restored $(echo "$studies" | wc -w) studies, each with an equal log; the archives are in $folder"
