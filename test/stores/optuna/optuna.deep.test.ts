import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { askTell } from '../../../src/cli/commands/dev/askTell.ts';
import { directory, hypertide } from '../../cli/support.ts';

const program = fileURLToPath(new URL('./programs/storages.py', import.meta.url));
const python = (...args: string[]) =>
  execFileSync('/usr/bin/python3', [program, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

let place: string;
beforeAll(() => {
  place = directory();
  python('make', join(place, 'optuna.db'), join(place, 'optuna.log'));
}, 120_000);

describe.each([
  ['optuna.db', 'back.db'],
  ['optuna.log', 'back.log'],
  ['optuna.db', 'other.log'],
])('%s, to hypertide and back as %s', (from, to) => {
  const format = to.endsWith('.log') ? ['--format', 'optuna'] : [];

  it.each(['digits', 'two'])('the study %s is the same to Optuna, and continues there', async (name) => {
    const [journal, back] = [`${name}-${to}.jsonl`, `${name}-${to}`];
    const imported = await hypertide(place, 'study', 'import', journal, from, '--optuna-study', name, '--json');
    expect(imported, imported.err).toMatchObject({ code: 0 });
    expect(JSON.parse(imported.out)).toEqual({ imported: name === 'two' ? 3 : 12, unfinished: name === 'two' ? 0 : 1, bad: 0 });
    expect(await hypertide(place, 'export', journal, '--output', back, ...format)).toMatchObject({ code: 0, err: '' });
    const trials = name === 'two' ? 3 : 12;
    expect(python('compare', name, join(place, from), join(place, back)).trim().split('\n')).toEqual([
      `${trials} and ${trials} trials`,
      // A trial has failed here if its value is infinite.
      ...(name === 'two' ? [] : ['4 state 1 3', '4 values [inf] None']),
      'COMPLETE',
    ]);
  });
});

it('the study continues in hypertide', async () => {
  await hypertide(place, 'study', 'import', 'more.jsonl', 'optuna.db', '--optuna-study', 'digits');
  const rows = JSON.parse((await hypertide(place, 'trials', 'more.jsonl', '--json')).out);
  expect(rows.map(({ status }: { status: string }) => status)).toEqual([
    ...['completed', 'completed', 'stopped', 'failed', 'failed'],
    ...new Array(7).fill('completed'),
  ]);
  const journal = join(place, 'more.jsonl');
  const requests = [{ cmd: 'init', study: { epochs: 5 } }, { cmd: 'ask' }, { cmd: 'tell', trial: 13, values: { loss: 0.5 } }];
  const replies: unknown[] = [];
  await askTell({ journal }, Readable.from(requests.map((request) => `${JSON.stringify(request)}\n`)), (line) =>
    replies.push(JSON.parse(line)),
  );
  expect(replies).toMatchObject([{ study: 'digits', stops: true }, { trial: 13, budget: 5 }, { ok: true }]);
  expect(await hypertide(place, 'verify', 'more.jsonl')).toMatchObject({ code: 0, out: '1 suggestions recomputed, all equal\n' });
});
