import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as charts from '../../machines/strategies.ts';
import { chosenFrom, OTHER, strategyFrom, strategyNames } from '../../src/page/lib/chosenStrategy.ts';
import { arranged, comparedAddress, comparedNames, nameOf, startCommand, stateOfStudy, studyArgument } from '../../src/page/lib/home.ts';
import { differenceRows } from '../../src/server/feed/differenceRows.ts';
import type { Headline } from '../../src/server/feed/wire.ts';
import { watchJournals } from '../../src/stores/journalFolder.ts';
import { choiceText, phaseText, taggedPhaseText } from '../../streams/explanation/phases.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { strategies } from '../../streams/spec/catalogue.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { textbook } from '../support/spaces.ts';
import { board, finished, request } from './support.ts';

const headline = (id: string, more: Partial<Headline> = {}): Headline => ({
  id,
  study: id,
  source: `${id}.jsonl`,
  phase: 'running',
  trials: 1,
  ended: 0,
  open: 1,
  completed: 0,
  stopped: 0,
  failed: 0,
  uncounted: 0,
  trend: [],
  objective: { name: 'loss', direction: 'minimize' },
  position: 1,
  at: 0,
  ...more,
});

it('a command names a study by its file, or by its address on a server', () => {
  const of = (source: string) => ({ source, id: 'net' });
  const sources = ['runs/net.jsonl', 'C:\\runs\\my net.jsonl', 'nats://host:4222', 'memory'];
  expect(sources.map((source) => studyArgument(of(source)))).toEqual(['net.jsonl', "'my net.jsonl'", 'nats://host:4222/net', undefined]);
  expect(sources.map((source) => startCommand(of(source)))).toEqual([
    'hypertide run study.yaml --journal net.jsonl -- python3 train.py {args}',
    "hypertide run study.yaml --journal 'my net.jsonl' -- python3 train.py {args}",
    'hypertide worker nats://host:4222/net -- python3 train.py {args}',
    undefined,
  ]);
});

describe('the list of studies', () => {
  const all = [
    headline('net 10', { best: { trial: 1, value: 3 }, at: 5, trials: 9 }),
    headline('net 2', { best: { trial: 1, value: 1 }, at: 9, open: 0 }),
    headline('tree', { phase: 'closed', trials: 20 }),
    headline('acc', { best: { trial: 1, value: 2 }, objective: { name: 'accuracy', direction: 'maximize' } }),
  ];
  const found = (sought: string, order: 'name' | 'latest' | 'trials' | 'best', state = 'all') =>
    arranged(all, { sought, order, state }).map(({ id }) => id);

  it('is in order of names with numbers, of the latest fact, of trials, or of the best loss', () => {
    expect(found('', 'name')).toEqual(['acc', 'net 2', 'net 10', 'tree']);
    expect(found('', 'latest')).toEqual(['net 2', 'net 10', 'acc', 'tree']);
    expect(found('', 'trials')).toEqual(['tree', 'net 10', 'acc', 'net 2']);
    expect(found('', 'best')).toEqual(['acc', 'net 2', 'net 10', 'tree']); // a loss of -2, 1, 3, and none
  });

  it('contains the studies that match every word and the state', () => {
    expect(found('NET 1', 'name')).toEqual(['net 10']);
    expect(found('accuracy', 'name')).toEqual(['acc']);
    expect(found('', 'name', 'idle')).toEqual(['net 2']);
    expect(stateOfStudy(all[2]!)).toBe('closed');
    expect(stateOfStudy({ ...all[2]!, waits: 'x' })).toBe('closed');
    expect(stateOfStudy({ ...all[2]!, phase: 'running', open: 0, waits: 'x' })).toBe('waits');
    expect(stateOfStudy({ ...all[2]!, phase: 'running', open: 1, waits: 'x' })).toBe('running');
  });
});

it('the name of a study is that in its log, after its team if there are several', () => {
  expect(nameOf({ id: 'digits-2', study: 'digits' })).toBe('digits');
  expect(nameOf({ id: 'vision.digits', study: 'digits' })).toBe('vision.digits');
  expect(nameOf({ id: 'old', study: '' })).toBe('old');
});

describe('the address of a comparison', () => {
  it.each([
    ['net,team/again', ['net', 'team/again']],
    ['net', ['net']],
    ['', []],
    ['["net","a, b"]', ['net', 'a, b']],
    ['["net",1', []],
  ])('%s names studies', (text, names) => {
    expect(comparedNames(text)).toEqual(names);
  });

  it.each([[['net', 'team/again']], [['a, b', 'net']], [['[x]']], [[]]])('of %j leads back to them', (names) => {
    expect(comparedNames(comparedAddress(names))).toEqual(names);
  });
});

it('a study has the history of its best value, and a summary to compare', async () => {
  await using served = await board();
  for (const [i, loss] of [3, 4, 2, 5, 1].entries()) await served.say(...finished(i + 1, loss));
  const feed = served.studies.open('net').feed;
  expect(feed.headline()!.trend).toEqual([
    [1, 3],
    [3, 2],
    [5, 1],
  ]);
  const { text } = await request(`${served.url}v1/studies/net/summary`);
  expect(JSON.parse(text)).toMatchObject({ detail: { study: 'net', cost: 5 }, best: { trial: 5, values: { loss: 1 } } });
  for (let k = 6; k <= 100; k++) await served.say(...finished(k, 1 / k));
  const { trend } = feed.headline()!;
  expect(trend.length).toBeLessThanOrEqual(32);
  expect([trend[0], trend.at(-1)]).toEqual([
    [1, 3],
    [100, 0.01],
  ]);
});

it.each(
  Object.values(charts)
    .filter((chart) => chart !== charts.answeringChart)
    .map((chart) => [chart.id, chart] as const),
)('every phase of %s is explained', (id, chart) => {
  for (const phase of Object.keys(chart.states)) expect(phaseText(`${id}.${phase}`), phase).toMatch(/^[a-z]/);
  expect(phaseText(`${id}.unknown`)).toBeUndefined();
});

it('the phase in a tag is explained, and another text is not', () => {
  for (const phase of ['exploring', 'modelling', 'falling back']) expect(taggedPhaseText(phase), phase).toMatch(/^[a-z]/);
  for (const phase of ['', 'unknown', 'constructor', '__proto__']) expect(taggedPhaseText(phase), phase).toBeUndefined();
});

it('how a trial was chosen is a sentence for each strategy that suggests trials', () => {
  const stopping = ['patience', 'percentileStop', 'asha', 'hyperband'];
  for (const name of Object.keys(strategies)) {
    if (stopping.includes(name) || name === 'auto') continue;
    const phase = ['bo', 'forest'].includes(name) ? 'modelling' : undefined;
    expect(choiceText(`chain/${name} 2`, phase), name).toMatch(new RegExp(`^${name} 2 [a-z].*\\.$`));
  }
  expect(choiceText('queue', undefined)).toContain('asked for this configuration');
  for (const by of ['hillClimb', 'constructor', 'chain/queue']) expect(choiceText(by, undefined), by).toBeUndefined();
});

it('a folder is watched for journals, and other files are skipped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-folder-'));
  const begin = async (name: string) => {
    const log = await openJournal(join(folder, name));
    await log.append(createdOf(textbook, random(), { study: name, seed: 1 }));
    await log.close();
  };
  const found: string[] = [];
  const gone: string[] = [];
  await begin('first.jsonl');
  writeFileSync(join(folder, 'other.jsonl'), '{"some": "data"}\n');
  writeFileSync(join(folder, 'notes.txt'), 'text');
  const end = await watchJournals(folder, { found: (path) => found.push(path), gone: (path) => gone.push(path) });
  expect(found).toEqual([join(folder, 'first.jsonl')]);
  await begin('second.jsonl');
  await expect.poll(() => found).toEqual([join(folder, 'first.jsonl'), join(folder, 'second.jsonl')]);
  expect(gone).toEqual([]);
  renameSync(join(folder, 'second.jsonl'), join(folder, 'renamed.jsonl'));
  await expect.poll(() => [gone, found.slice(2)]).toEqual([[join(folder, 'second.jsonl')], [join(folder, 'renamed.jsonl')]]);
  rmSync(join(folder, 'first.jsonl'));
  await expect.poll(() => gone.slice(1)).toEqual([join(folder, 'first.jsonl')]);
  end();
  rmSync(folder, { recursive: true });
  await expect(watchJournals(folder, { found: () => {}, gone: () => {} })).rejects.toThrow();
});

it('a study that was deleted is no longer in the list', async () => {
  await using served = await board();
  await served.say(...finished(1, 0.5));
  served.studies.remove('net');
  expect(served.studies.headlines).toEqual([]);
  expect((await request(`${served.url}v1/studies/net`)).status).toBe(404);
});

describe('the strategy of a study', () => {
  it('can be any that takes only options', () => {
    expect(strategyNames.toSorted()).toEqual(Object.keys(strategies).sort());
  });

  it('is shown as a name and options, or as JSON, and read back', () => {
    const all = ['tpe', { tpe: { startup: 8 } }, { chain: ['sobol', 'bo'] }, { take: [4, 'sobol'] }, { a: {}, b: {} }];
    expect(all.map((strategy) => chosenFrom(strategy).name)).toEqual(['tpe', 'tpe', ...Array(3).fill(OTHER)]);
    for (const strategy of all) expect(strategyFrom(chosenFrom(strategy))).toEqual(strategy);
    expect(strategyFrom({ name: 'ga', text: ' ' })).toBe('ga');
    expect(strategyFrom({ name: OTHER, text: 'nonsense' })).toBe('nonsense');
  });
});

it('studies are compared in the parameters that several of them have', () => {
  const summary = (params: object) =>
    ({ detail: { ...headline('net'), objectives: [], limits: {}, space: { parameters: params } }, best: { params } }) as never;
  const names = (...all: object[]) => differenceRows(all.map(summary)).map(([name]) => name);
  expect(names({ lr: 1, x: 2 }, { lr: 2, y: 2 }, { z: 1 })).toEqual(['best lr', 'space']);
});
