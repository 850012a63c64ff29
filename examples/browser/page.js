// A study in a page, without a server. Run: npx vite examples/browser
import { best, float, optimize, space, trials } from 'hypertide';

const plane = space({ x: float(-5, 10), y: float(0, 15) });
/** Branin's function, whose three minima have the value 0.398. */
const branin = ({ x, y }) =>
  (y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6) ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
/** The page stays alive while it searches: each trial waits for a turn. */
const objective = async (params) => {
  await new Promise((turn) => setTimeout(turn, 20));
  return branin(params);
};

const canvas = document.querySelector('canvas');
const context = canvas.getContext('2d');
const output = document.querySelector('output');
const place = ({ x, y }) => [((x + 5) / 15) * canvas.width, (1 - y / 15) * canvas.height];

for (const [x, y] of [
  [-Math.PI, 12.275],
  [Math.PI, 2.275],
  [9.42478, 2.475],
]) {
  const [left, top] = place({ x, y });
  context.fillText('×', left - 3, top + 3);
}

const stop = new AbortController();
document.querySelector('button').addEventListener('click', () => stop.abort());
const study = optimize(plane, objective, { trials: 60, signal: stop.signal });
study.pipe(trials()).subscribe(({ params, values }) => {
  const [left, top] = place(params);
  context.fillStyle = `hsl(210 80% ${Math.min(90, 30 + 20 * Math.log10(1 + values.value))}%)`;
  context.beginPath();
  context.arc(left, top, 4, 0, 2 * Math.PI);
  context.fill();
});
study.pipe(best()).subscribe(({ trial, params, values }) => {
  output.textContent = `Trial ${trial} is the best so far: ${values.value.toFixed(4)} at x ${params.x.toFixed(2)}, y ${params.y.toFixed(2)}`;
});
const { completed } = await study.result();
document.title = `${completed} trials`;
