# A trainer for tests: reports (x - 0.3)^2 + 1 / step at each step. --mode saving keeps its step after each one, in-turn ends after earlier trials; --hold waits before that step for a file `go`.
# In shell, which starts ten times as fast as Node.
steps=2 seconds=0 mode=good hold=0
while [ $# -gt 0 ]; do
  case $1 in
    --x) x=$2 ;;
    --steps) steps=$2 ;;
    --sleep) seconds=$2 ;;
    --mode) mode=$2 ;;
    --hold) hold=$2 ;;
  esac
  shift 2
done
steps=${HYPERTIDE_BUDGET:-$steps}
kept=${HYPERTIDE_CHECKPOINT_DIR:?}/step
step=0
[ -z "$HYPERTIDE_CHECKPOINT" ] || read -r step < "$HYPERTIDE_CHECKPOINT/step"

rest() {
  sleep "$1" > /dev/null 2>&1 &
  wait $!
}
say() { # a prefix, and a step
  awk -v prefix="$1" -v x="$x" -v step="$2" 'BEGIN { printf "{%s\"value\":%.17g}\n", prefix, (x - 0.3) * (x - 0.3) + 1 / step }'
}
# Whether the journal says that all trials with lower numbers have ended.
earlier_have_ended() {
  trial=1
  while [ $trial -lt "$HYPERTIDE_TRIAL" ]; do
    grep '"type":"completed"' study.jsonl | grep -q "\"trial\":$trial[,}]" || return 1
    trial=$((trial + 1))
  done
}

trap 'echo $step > "$kept"; exit 143' TERM
echo "slot $HYPERTIDE_SLOT, from step $step"
while [ "$step" -lt "$steps" ]; do
  [ "$seconds" = 0 ] || rest "$seconds"
  while [ "$hold" = $((step + 1)) ] && [ ! -e go ]; do rest 0.02; done
  step=$((step + 1))
  [ $mode != saving ] || echo $step > "$kept"
  say "\"step\":$step," $step
done
[ $mode != in-turn ] || until earlier_have_ended; do rest 0.02; done
say '' $((steps > 0 ? steps : 1))
echo $step > "$kept"
