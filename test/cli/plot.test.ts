import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { themes } from '../../src/insight/figures/drawing/colours.ts';
import { figuresOf } from '../../src/insight/figures/figures.ts';
import { hypervolumePath, hypervolumePlan } from '../../src/insight/figures/hypervolumes.ts';
import { type FigureKind, figureKinds } from '../../src/insight/figures/kinds.ts';
import { htmlOf, svgOf } from '../../src/page/svg.ts';
import { matrixOf } from '../insight/examples/support.ts';
import { studyOf, trialRow } from '../insight/figures/support.ts';
import { coded } from '../support/coded.ts';
import { expectRefused, hypertide, studyIn } from './support.ts';

const importances = {
  results: 12,
  partial: 0,
  fanova: { lr: 0.8, kind: 0.2 },
  pedAnova: { lr: 0.7, kind: 0.3 },
  objective: 'loss',
  intervals: { fanova: { lr: [0.6, 0.9], kind: [0.1, 0.4] }, pedAnova: { lr: [0.6, 0.9], kind: [0.1, 0.4] } },
  marginals: {
    lr: [
      { value: 1e-4, mean: 3, sd: 1 },
      { value: 1, mean: 1, sd: 1 },
    ],
  },
} as const;

const rows = Array.from({ length: 12 }, (_, i) =>
  trialRow(i + 1, (i * 7) % 12, { values: { loss: (i * 7) % 12, time: (i * 5) % 12 }, curve: [1, 12, 2, (i * 7) % 12] }),
);
const study = {
  ...studyOf([...rows, trialRow(13, 0, { status: 'failed', values: undefined as never, curve: [] })], ['loss', 'time']),
  importances,
};
const resumed = studyOf([trialRow(1, 2, { step: 5 }), trialRow(2, 1, { resumes: 1, step: 10 })]);
const examples = matrixOf(['1 1 0 0', '1 0 0 -', '0 1 0 1']);
const studyFor = (kind: FigureKind) => (kind === 'schedule' ? resumed : { ...study, examples });

/** The least number of marks for trials in each figure. */
const marks: Partial<Record<FigureKind, number>> = { history: 24, slice: 24, contour: 12, pareto: 12, intermediate: 12 };

describe.each(figureKinds)('%s', (kind) => {
  it('is drawn as SVG, in both themes', () => {
    const [light, dark] = [themes.light, themes.dark].map((theme) => svgOf(figuresOf(kind, studyFor(kind), theme), theme));
    expect(light).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="760"/);
    expect(light!.match(/<svg/g)!.length).toBe(figuresOf(kind, studyFor(kind), themes.light).length + 1);
    expect(light!.match(/<path/g)!.length).toBeGreaterThanOrEqual(marks[kind] ?? 4);
    expect(light).not.toMatch(/NaN|undefined/);
    expect(light).toContain(themes.light.colour('panel'));
    expect(dark).toContain(themes.dark.colour('panel'));
  });
});

it('the hypervolume grows up to the last trial', () => {
  const path = hypervolumePath(study);
  expect(path.at(-1)![0]).toBe(13);
  expect(path.map(([, volume]) => volume)).toEqual(path.map(([, volume]) => volume).toSorted((a, b) => a - b));
  const same = studyOf([trialRow(1, 1, { values: { loss: 1, time: 1 } })], ['loss', 'time']);
  expect(hypervolumePlan(same).plane!()!.y.high).toBeGreaterThan(0); // a volume of 0
});

it('names with markup or control characters are shown as text', () => {
  const evil = 'a<script>\u001b[2J{x}';
  const named = studyOf([trialRow(1, 1, { values: { [evil]: 1 } }), trialRow(2, 1, { values: { [evil]: 2 } })], [evil]);
  const svg = htmlOf(evil, svgOf(figuresOf('history', named, themes.light), themes.light));
  expect(svg).toContain('a&lt;script&gt;');
  expect(svg).not.toMatch(/<script/);
  expect(svg).not.toContain('\u001b');
});

describe('a study without results', () => {
  const empty = studyOf([trialRow(1, 1, { status: 'open', values: undefined as never, startedAt: undefined as never })]);

  it('gets another message than a wrong name', () => {
    const why = (kind: FigureKind, names: readonly string[] = []) => {
      try {
        return figuresOf(kind, empty, themes.light, names);
      } catch (error) {
        return error;
      }
    };
    const kinds = ['importance', 'pareto', 'hypervolume', 'timeline', 'intermediate', 'schedule', 'examples'] as const;
    const refused = [...kinds.map((kind) => why(kind)), why('slice', ['depth']), why('contour', ['lr']), why('contour', ['lr', 'lr'])];
    expect(refused).toEqual(refused.map(() => coded('no-figure')));
    expect(new Set(refused.map((error) => (error as Error).message)).size).toBe(10);
  });

  it.each(['history', 'slice', 'contour', 'parallel'] as const)('is still drawn as %s', (kind) => {
    expect(svgOf(figuresOf(kind, empty, themes.light), themes.light)).toContain('</svg>');
  });
});

describe('hypertide study plot', () => {
  it('draws into a file', async () => {
    const place = studyIn();
    const lines = [0.1, 0.5, 0.9].map((x) => JSON.stringify({ params: { x }, values: { value: (x - 0.5) ** 2 } }));
    writeFileSync(join(place, 'done.jsonl'), lines.join('\n'));
    await hypertide(place, 'study', 'import', 'study.yaml', 'done.jsonl');
    const plot = (...words: string[]) => hypertide(place, 'study', 'plot', 'study.jsonl', ...words);
    expect(await plot('history')).toMatchObject({ code: 0, out: '', err: 'the figure is in study-history.html\n' });
    expect(readFileSync(join(place, 'study-history.html'), 'utf8')).toContain('value by trial');
    expect(await plot('slice', '-o', 'x.svg')).toMatchObject({ code: 0, err: 'the figure is in x.svg\n' });
    expect(readFileSync(join(place, 'x.svg'), 'utf8')).toMatch(/^<svg /);
    await plot('slice', '-o', 'x.html', '--theme', 'dark');
    expect(readFileSync(join(place, 'x.html'), 'utf8')).toMatch(/^<!doctype html>/);
    expectRefused(await plot('slice', '-o', 'x.pdf'));
    expectRefused(await plot('pareto'));
    expect((await plot('pie')).code).toBe(2);
  });

  it('draws the objective that is named', async () => {
    const place = studyIn('objectives: { loss: minimize, accuracy: maximize }\n');
    const lines = [0.1, 0.5, 0.9].map((x) => JSON.stringify({ params: { x }, values: { loss: x, accuracy: 1 - x } }));
    writeFileSync(join(place, 'done.jsonl'), lines.join('\n'));
    await hypertide(place, 'study', 'import', 'study.yaml', 'done.jsonl');
    const plot = (...words: string[]) => hypertide(place, 'study', 'plot', 'study.jsonl', ...words);
    const drawn = () => readFileSync(join(place, 'study-history.html'), 'utf8');
    await plot('history');
    expect(drawn()).toMatch(/>loss by trial<(.|\n)*>accuracy by trial</);
    await plot('history', '--objective', 'accuracy');
    expect(drawn()).toMatch(/>accuracy by trial<(.|\n)*>higher is better/);
    expect(drawn()).not.toContain('loss');
    const wrong = { history: 'time', pareto: 'loss', hypervolume: 'loss', intermediate: 'accuracy' };
    for (const [kind, name] of Object.entries(wrong)) expectRefused(await plot(kind, '--objective', name));
  });
});
