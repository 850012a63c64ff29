import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { at, latest, latestRows, lookBackTo } from '../state/store.ts';

/** The positions of the entries at which a trial begins, reports or ends. */
const events = computed(() => {
  const positions = new Set<number>();
  for (const { suggested, reported, ended } of latestRows.value) {
    positions.add(suggested);
    for (const position of reported) positions.add(position);
    if (ended !== undefined) positions.add(ended);
  }
  return [...positions].sort((a, b) => a - b);
});

const isPlaying = signal(false);
const SPEEDS = [1, 2, 4, 0.25, 0.5];
const speed = signal(SPEEDS[0]!);
const changeSpeed = (): void => {
  speed.value = SPEEDS[(SPEEDS.indexOf(speed.value) + 1) % SPEEDS.length]!;
};
/** Seconds in which a study is played, if its events leave the eye so long for each, in milliseconds. */
const PLAY = { seconds: 20, slowest: 400 };

/** The least milliseconds between two steps: a little less than two frames of a screen. */
const FRAME = 30;

/** The index of the last event up to the entry that is shown. */
const indexNow = (): number => events.value.findLastIndex((position) => position <= (at.value ?? Number.POSITIVE_INFINITY));

/** Shows the study after an event; after the last one, as it is now. */
const show = (index: number): void => lookBackTo(index >= events.value.length - 1 ? undefined : events.value[Math.max(0, index)]);

/** The study at any entry of its log: everything on the page shows it as it was then. */
export function TimeSlider() {
  const last = latest.value?.position ?? 0;
  const all = events.value;
  usePlaying();
  if (all.length < 2) return null;
  const position = at.value ?? last;
  return (
    <section class="time" aria-label="Time">
      <button type="button" aria-pressed={isPlaying.value} onClick={togglePlay}>
        {isPlaying.value ? 'Pause' : 'Play'}
      </button>
      <button type="button" aria-label="one event back" disabled={indexNow() <= 0} onClick={() => show(indexNow() - 1)}>
        ‹
      </button>
      <button type="button" aria-label="one event on" disabled={at.value === undefined} onClick={() => show(indexNow() + 1)}>
        ›
      </button>
      <input
        type="range"
        aria-label="entry of the log"
        min={all[0]}
        max={last}
        value={position}
        onInput={({ currentTarget: { value } }) => {
          isPlaying.value = false;
          lookBackTo(Number(value) >= last ? undefined : Number(value));
        }}
      />
      <span class="time-at">
        entry {position} of {last}
      </span>
      <button type="button" aria-label={`speed ${speed.value}; change it`} onClick={changeSpeed}>
        {speed.value}×
      </button>
      <button type="button" disabled={at.value === undefined} onClick={() => lookBackTo(undefined)}>
        Now
      </button>
    </section>
  );
}

function togglePlay(): void {
  if (!isPlaying.value && at.value === undefined) show(0);
  isPlaying.value = !isPlaying.value;
}

/** Moves on in each frame while the study plays. */
function usePlaying(): void {
  const playing = isPlaying.value;
  useEffect(() => {
    if (!playing) return;
    let index = indexNow();
    let before = performance.now();
    const step = (now: number) => {
      frame = requestAnimationFrame(step);
      if (now - before < FRAME) return;
      const count = events.peek().length;
      const each = Math.min(PLAY.slowest, (1000 * PLAY.seconds) / count) / speed.peek();
      index += (now - before) / each;
      before = now;
      show(Math.floor(index));
      if (index >= count - 1) isPlaying.value = false;
    };
    let frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing]);
}
