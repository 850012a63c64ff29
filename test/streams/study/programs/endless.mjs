import { createStudy, float, optimize, random, space } from 'hypertide';

/** Waits for ever: with `ask`, for a second trial before the result of the first one is told. */
const line = space({ x: float(0, 1) });
if (process.argv[2] === 'ask') {
  const study = createStudy(line, { strategy: random(), trials: 3 });
  await study.ask();
  await study.ask();
} else await optimize(line, () => new Promise(() => {}), { trials: 3, parallel: 2 }).result();
console.log('not reached');
