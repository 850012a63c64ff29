/** Milliseconds of drawing in each frame. */
const TURN_MS = 8;

const waiting: (() => void)[] = [];

/** Draws in the next frame that has time for it, in order: several large charts in one frame would make dragging stutter. */
export function inFrame(draw: () => void): void {
  waiting.push(draw);
  if (waiting.length === 1) requestAnimationFrame(turn);
}

function turn(): void {
  const until = performance.now() + TURN_MS;
  const due = waiting.length;
  let drawn = 0;
  try {
    while (drawn < due && (drawn === 0 || performance.now() < until)) waiting[drawn++]!();
  } finally {
    waiting.splice(0, drawn);
    if (waiting.length > 0) requestAnimationFrame(turn);
  }
}
