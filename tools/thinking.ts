import type { Fact } from '../src/facts/facts.ts';
import type { TrialRow } from '../src/study/trials.ts';

/** Seconds that the animation takes. */
const DURATION = 24;
/** Seconds between captions, so that they can be read. */
const READING = 1.6;
const [WIDTH, HEIGHT] = [760, 520];

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
const CURVES: Area = { left: 56, top: 84, width: 360, height: 220 };
const SPACE: Area = { left: 478, top: 84, width: 248, height: 220 };
const HISTORY: Area = { left: 56, top: 360, width: 670, height: 84 };

/** A scale to an area; logarithmic, from its low to its high end. */
const logScale = (low: number, high: number, from: number, to: number) => (value: number) =>
  from + ((to - from) * Math.log(Math.min(high, Math.max(low, value)) / low)) / Math.log(high / low);

const round = (value: number): string => value.toFixed(1).replace(/\.0$/, '');
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The parameters of the plane, with their ranges. */
export interface Plane {
  readonly x: readonly [name: string, low: number, high: number, label: string];
  readonly y: readonly [name: string, low: number, high: number, label: string];
}

/** What the model predicts over the plane from an entry on, as the address of a picture. */
export interface Frame {
  readonly position: number;
  readonly picture: string;
}

/**
 * An animated picture of a study: its learning curves, what its model predicts and where it searches, and the best result, in the order of its log.
 *
 * It plays once, and where motion is not wanted, it shows the end.
 *
 * @param facts the facts of the log in their order, with one objective
 * @param rows the trials, as `hypertide trials --json` prints them
 */
export function thinking(
  facts: readonly Fact[],
  rows: readonly TrialRow[],
  { x, y }: Plane,
  title: string,
  frames: readonly Frame[] = [],
): string {
  const objective = Object.keys(rows.find(({ values }) => values)!.values!)[0]!;
  const of = new Map(rows.map((row) => [row.trial, row]));
  const at = (index: number) => ((DURATION - 1) * index) / facts.length;
  const when = (index: number, until?: number) =>
    `style="--t:${at(index).toFixed(2)}s${until === undefined ? '' : `;--u:${at(until).toFixed(2)}s`}"`;
  const winner = rows
    .filter(({ status }) => status === 'completed')
    .reduce((a, b) => (b.values![objective]! < a.values![objective]! ? b : a));
  const values = rows.flatMap((row) => row.values?.[objective] ?? []);
  const [low, high] = [Math.min(...values) * 0.9, [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.97)]!];
  const last = Math.max(...rows.map(({ step = 1 }) => step));
  const landscapes = frames.map(({ position, picture }, i) => {
    const until = frames[i + 1]?.position;
    const place = `x="${SPACE.left}" y="${SPACE.top}" width="${SPACE.width}" height="${SPACE.height}" preserveAspectRatio="none"`;
    return `<image class="${until === undefined ? 'now' : 'gone'}" ${place} href="${picture}" ${when(position - 1, until === undefined ? undefined : until - 1)}/>`;
  });

  const stepAt = logScale(1, last, CURVES.left, CURVES.left + CURVES.width);
  const lossAt = logScale(low, high, CURVES.top + CURVES.height, CURVES.top);
  const placeOf = ({ params }: TrialRow) => {
    const across = logScale(x[1], x[2], SPACE.left, SPACE.left + SPACE.width)(Number(params[x[0]]));
    return [round(across), round(logScale(y[1], y[2], SPACE.top + SPACE.height, SPACE.top)(Number(params[y[0]])))] as const;
  };
  const timeAt = (index: number) => HISTORY.left + (HISTORY.width * index) / facts.length;
  const pastAt = logScale(low, high, HISTORY.top + HISTORY.height, HISTORY.top);

  const began = new Map<number, number>();
  const curves = new Map<number, [step: number, loss: number][]>();
  const shapes: string[] = [];
  const path: string[] = [];
  const captions: Caption[] = [];
  const bests: { readonly from: number; readonly text: string }[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (const [index, fact] of facts.entries()) {
    if (fact.type === 'suggested') {
      began.set(fact.trial, index);
      const mean = Number(fact.tags?.mean);
      const expects = Number.isFinite(mean) ? `, expects ${objective} ${mean.toPrecision(3)}` : '';
      captions.push({ from: at(index), kind: 'suggested', text: `trial ${fact.trial}: suggested by ${fact.by}${expects}` });
    }
    if (fact.type === 'reported') {
      const loss = fact.values[objective];
      if (loss !== undefined && fact.step !== undefined) curves.set(fact.trial, [...(curves.get(fact.trial) ?? []), [fact.step, loss]]);
    }
    if (fact.type !== 'completed' && fact.type !== 'stopped') continue;
    const row = of.get(fact.trial)!;
    const loss = row.values![objective]!;
    const start = began.get(fact.trial)!;
    const kind = fact.type === 'completed' ? 'c' : 's';
    const points = curves.get(fact.trial) ?? [[last, loss]];
    const line = points.map(([step, value]) => `${round(stepAt(step))},${round(lossAt(value))}`).join(' ');
    const [across, up] = placeOf(row);
    shapes.push(`<circle class="open" cx="${across}" cy="${up}" r="6" ${when(start, index)}/>`);
    shapes.push(`<circle class="${kind}" cx="${across}" cy="${up}" r="3" ${when(index)}/>`);
    if (points.length > 1)
      shapes.push(
        `<polyline class="${fact.trial === winner.trial ? 'best' : kind}" pathLength="1" points="${line}" style="--t:${at(start).toFixed(2)}s;--d:${(at(index) - at(start)).toFixed(2)}s"/>`,
      );
    const [step, value] = points.at(-1)!;
    shapes.push(`<circle class="${kind}" cx="${round(stepAt(step))}" cy="${round(lossAt(value))}" r="2.2" ${when(index)}/>`);
    shapes.push(`<circle class="${kind}" cx="${round(timeAt(index))}" cy="${round(pastAt(loss))}" r="2.2" ${when(index)}/>`);
    if (fact.type === 'stopped') {
      const rank = /number (\d+ of \d+)/.exec(row.message ?? '')?.[1];
      captions.push({
        from: at(index),
        kind: 'stopped',
        text: `trial ${fact.trial}: stopped at epoch ${row.step}${rank ? `: it ranks ${rank}` : ''}`,
      });
    } else if (loss < best) {
      best = loss;
      path.push(`${path.length === 0 ? 'M' : 'H'}${round(timeAt(index))}${path.length === 0 ? ',' : 'V'}${round(pastAt(loss))}`);
      bests.push({ from: at(index), text: `best ${loss.toPrecision(4)}, trial ${fact.trial}` });
      captions.push({
        from: at(index),
        kind: 'best',
        text: `trial ${fact.trial}: completed with ${objective} ${loss.toPrecision(4)}, the best so far`,
      });
    }
  }
  path.push(`H${round(timeAt(facts.length))}`);
  const named = ([name, , , label]: Plane['x']) => `${label} ${Number(winner.params[name]).toPrecision(2)}`;
  const [across, up] = placeOf(winner);
  shapes.push(`<circle class="best" cx="${across}" cy="${up}" r="7" style="--t:${DURATION - 1}s"/>`);
  const stopped = rows.filter(({ status }) => status === 'stopped').length;
  const told = [
    ...chosen(captions),
    { from: DURATION - 1, text: `best: ${named(x)}, ${named(y)}; ${stopped} of ${rows.length} trials were stopped early` },
  ];

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="ui-sans-serif,system-ui,sans-serif" font-size="13">
<title>${escaped(title)}: its learning curves, what its model predicts and where it searches, and the best result</title>
<style>
.open,circle,.now{animation:show .15s var(--t) both}
.open,.gone{animation:show .15s var(--t) both,hide .01s var(--u) forwards}
polyline{animation:draw var(--d) var(--t) linear both;fill:none;stroke-dasharray:1;stroke-width:1.2;stroke-linejoin:round}
polyline.best{stroke:#e5eaec;stroke-width:2.4}polyline.c{stroke:#5bbfd2}polyline.s{stroke:#e3a94f;opacity:.45}
circle.c{fill:#5bbfd2}circle.s{fill:#e3a94f;fill-opacity:.75}
.open,circle.best{fill:none;stroke:#e5eaec;stroke-width:1.6}
.past{animation:grow ${DURATION - 1}s linear both;transform-origin:${HISTORY.left}px 0}
text{fill:#9caab2}.strong{fill:#e5eaec;font-weight:600}.axis{stroke:#46515a;fill:none}
@keyframes show{from{opacity:0}}
@keyframes hide{to{opacity:0}}
@keyframes draw{from{stroke-dashoffset:1}to{stroke-dashoffset:0}}
@keyframes grow{from{transform:scaleX(0)}}
@media(prefers-reduced-motion:reduce){.open,circle,.now,.gone,polyline,.past{animation:none}.open,.gone{display:none}}
</style>
<defs><clipPath id="past"><rect class="past" x="${HISTORY.left}" y="${HISTORY.top - 8}" width="${HISTORY.width}" height="${HISTORY.height + 16}"/></clipPath></defs>
<rect width="${WIDTH}" height="${HEIGHT}" rx="12" fill="#1a1f23"/>
<text class="strong" x="56" y="40" font-size="16">${escaped(title)}</text>
${bests.map(({ from, text }, i) => shownFrom(from, bests[i + 1]?.from, `x="726" y="40" text-anchor="end" font-size="16"`, text, 'strong ')).join('\n')}
<text x="56" y="68">${escaped(objective)} by epoch</text><text x="478" y="68">${escaped(y[3])} by ${escaped(x[3])}</text><text x="56" y="346">best so far</text>
<circle cx="534" cy="342" r="3.5" fill="#5bbfd2"/><text x="544" y="346">completed</text><circle cx="626" cy="342" r="3.5" fill="#e3a94f"/><text x="636" y="346">stopped early</text>
${[CURVES, SPACE, HISTORY].map(({ left, top, width, height }) => `<path class="axis" d="M${left},${top}v${height}h${width}"/>`).join('')}
${[1, 3, 9, 27]
  .filter((step) => step <= last)
  .map((step) => `<text x="${round(stepAt(step))}" y="322" text-anchor="middle">${step}</text>`)
  .join('')}
${[0.2, 0.5, 1, 2]
  .filter((loss) => loss > low && loss < high)
  .map((loss) => `<text x="48" y="${round(lossAt(loss) + 4)}" text-anchor="end">${loss}</text>`)
  .join('')}
<text x="478" y="322">${x[1]}</text><text x="726" y="322" text-anchor="end">${x[2]}</text><text x="470" y="${SPACE.top + SPACE.height}" text-anchor="end">${y[1]}</text><text x="470" y="${SPACE.top + 8}" text-anchor="end">${y[2]}</text>
${landscapes.join('\n')}
${shapes.join('\n')}
<path d="${path.join('')}" clip-path="url(#past)" fill="none" stroke="#e5eaec" stroke-width="2"/>
${told.map(({ from, text }, i) => shownFrom(from, told[i + 1]?.from, 'x="56" y="488" font-size="15"', text, '')).join('\n')}
</svg>
`;
}

/** A text that is shown from a second on, to another. */
const shownFrom = (from: number, to: number | undefined, place: string, text: string, kind: string): string =>
  `<text class="${kind}${to === undefined ? 'now' : 'gone'}" ${place} style="--t:${from.toFixed(2)}s${to === undefined ? '' : `;--u:${to.toFixed(2)}s`}">${escaped(text)}</text>`;

interface Caption {
  readonly from: number;
  readonly kind: 'suggested' | 'stopped' | 'best';
  readonly text: string;
}

/** At most one caption in the time that it takes to read one: a new best, otherwise a suggestion and a stop by turns. */
function chosen(captions: readonly Caption[]): Caption[] {
  const slots = new Map<number, Caption>();
  for (const caption of captions) {
    const slot = Math.floor(caption.from / READING);
    const wanted = slot % 2 === 0 ? 'suggested' : 'stopped';
    if (!slots.has(slot) || caption.kind === 'best' || (caption.kind === wanted && slots.get(slot)!.kind !== 'best'))
      slots.set(slot, caption);
  }
  return [...slots].map(([slot, caption]) => ({ ...caption, from: slot * READING }));
}
