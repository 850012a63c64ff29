import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Fact, Params } from '../../../src/facts/facts.ts';
import { deliver } from '../../../src/host/hooks/deliver.ts';
import type { HookEvent } from '../../../src/host/hooks/events.ts';
import { type OnEvents, readHookFile } from '../../../src/host/hooks/hookFile.ts';
import { hooksOf } from '../../../src/host/hooks/hooks.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { TrialRows } from '../../../src/study/trials.ts';
import type { About } from '../../../src/text/statusLine.ts';
import { float, random, space } from '../../../streams/index.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { directory, hypertide, studyIn, TRAINER } from '../../cli/support.ts';
import { eventually } from '../../support/eventually.ts';
import { hostedAs } from '../../support/hosted.ts';

/** A server that answers with these statuses, then with 200. */
async function receiver(...statuses: number[]) {
  const got: { readonly headers: IncomingHttpHeaders; readonly event: HookEvent }[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    got.push({ headers: request.headers, event: JSON.parse(text) });
    response.writeHead(statuses.shift() ?? 200).end('ok');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/secret-path`, port, got };
}

const event: HookEvent = {
  specversion: '1.0',
  id: 'digits/4/1/closed',
  source: '/studies/digits',
  type: 'hypertide.hook.closed.v1',
  time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json',
  data: { study: 'digits', objective: { name: 'loss', direction: 'minimize' } },
};

const line = space({ x: float(0, 1) });
const trial = (id: number, loss: number): Fact[] => [
  { type: 'suggested', trial: id, attempt: 1, by: 'random', params: { x: 0.5 } },
  { type: 'started', trial: id, attempt: 1, run: `r${id}` },
  { type: 'completed', trial: id, run: `r${id}`, values: { loss } },
];

/** A study whose hooks these are. @param past facts before the start */
function watched(on: OnEvents, past: number, pauses = [1, 1], parting?: number) {
  const lines: (readonly [text: string, about: About | undefined])[] = [];
  const screen = {
    terminal: false,
    line: (text: string, about?: About) => void lines.push([text, about]),
    status: () => {},
    end: () => {},
  };
  const hooks = hooksOf(on, screen, pauses, parting);
  const ledger = new Ledger<Params>(line);
  const rows = new TrialRows();
  const { apply } = hooks.plugin(hostedAs({ past: () => past }));
  const say = (...facts: readonly Fact[]) => {
    for (const fact of facts) {
      const applied = ledger.fold({ position: ledger.position + 1, at: 1_700_000_000_000, fact });
      rows.apply(applied);
      apply?.(applied, { ledger, rows });
    }
  };
  say(createdOf(line, random(), { study: 'digits', objectives: { loss: 'minimize' }, seed: 1, parallel: 4 }));
  return { say, lines, end: hooks.close };
}

it('reports each trial that ends, each new best one, and the end of the study', async () => {
  const { url, got } = await receiver();
  const target = [{ url, headers: { Authorization: 'Bearer abc' } }];
  const { say, lines, end } = watched({ best: target, ended: target, closed: target, paused: target }, 0);
  say(
    ...trial(1, 5),
    ...trial(2, 9),
    ...trial(3, 2),
    { type: 'changed', paused: true },
    { type: 'changed', paused: false },
    { type: 'closed', reason: 'person' },
  );
  await end();
  const names = got.map(({ event: { type, data } }) => [type, data.trial?.trial, data.best]);
  expect(names).toEqual([
    ['hypertide.hook.best.v1', 1, 5],
    ['hypertide.hook.ended.v1', 1, 5],
    ['hypertide.hook.ended.v1', 2, 5],
    ['hypertide.hook.best.v1', 3, 2],
    ['hypertide.hook.ended.v1', 3, 2],
    ['hypertide.hook.paused.v1', undefined, undefined],
    ['hypertide.hook.closed.v1', undefined, 2],
  ]);
  expect(got[0]!.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', authorization: 'Bearer abc' });
  expect(got[0]!.event).toMatchObject({
    specversion: '1.0',
    source: '/studies/digits',
    data: { objective: { name: 'loss' }, trial: { params: { x: 0.5 } } },
  });
  expect(new Set(got.map(({ event }) => event.id)).size).toBe(7);
  expect(lines).toEqual([]);
});

it('does not repeat events from before this start, and knows the best trial up to then', async () => {
  const { url, got } = await receiver();
  const { say, end } = watched({ best: [{ url, headers: {} }] }, 7);
  say(...trial(1, 5), ...trial(2, 3), ...trial(3, 4), ...trial(4, 1));
  await end();
  expect(got.map(({ event }) => event.data.trial?.trial)).toEqual([4]);
});

it('two processes give an event the same id', async () => {
  const both = await receiver();
  for (let i = 0; i < 2; i++) {
    const { say, end } = watched({ ended: [{ url: both.url, headers: {} }] }, 0);
    say(...trial(1, 5));
    await end();
  }
  const [first, second] = both.got.map(({ event }) => event.id);
  expect(first).toBe(second);
});

it('retries in order while a server does not answer', async () => {
  const { url, got } = await receiver(503, 429, 200);
  const { say, lines, end } = watched({ ended: [{ url, headers: {} }] }, 0);
  say(...trial(1, 5), ...trial(2, 6));
  await end();
  expect(got.map(({ event }) => event.data.trial?.trial)).toEqual([1, 1, 1, 2]);
  expect(lines).toEqual([]);
});

it.each([
  ['the server is down for long', [500, 500, 500], 3, 'it answered 500'],
  ['the server refuses', [404], 1, 'it answered 404'],
])('reports that an event was not delivered when %s, and delivers the next one', async (_, statuses, tries, why) => {
  const { url, port, got } = await receiver(...statuses);
  const { say, lines, end } = watched({ ended: [{ url, headers: {} }] }, 0);
  say(...trial(1, 5), ...trial(2, 6));
  await end();
  expect(got.map(({ event }) => event.data.trial?.trial)).toEqual([...Array(tries).fill(1), 2]);
  expect(lines).toEqual([
    [`digits: on.ended: 127.0.0.1:${port} did not get event digits/4/1700000000000/ended: ${why}`, { level: 'warn', study: 'digits' }],
  ]);
});

it('a command gets the event on its standard input and in its environment; one that fails is retried', async () => {
  const place = directory();
  const script = join(place, 'hook.sh');
  writeFileSync(
    script,
    'if [ ! -e "$1/tried" ]; then touch "$1/tried"; exit 1; fi\ncat > "$1/event"; echo "$HYPERTIDE_EVENT $HYPERTIDE_STUDY $HYPERTIDE_TRIAL $HYPERTIDE_BEST" > "$1/env"\n',
  );
  const { say, lines, end } = watched({ best: [{ command: ['sh', script, place] }] }, 0);
  say(...trial(1, 5));
  await end();
  expect(JSON.parse(readFileSync(join(place, 'event'), 'utf8')).data.best).toBe(5);
  expect(readFileSync(join(place, 'env'), 'utf8')).toBe('best digits 1 5\n');
  expect(lines).toEqual([]);
});

it('reports a program that does not exist', async () => {
  const { say, lines, end } = watched({ best: [{ command: ['no-such-program-here'] }] }, 0);
  say(...trial(1, 5));
  await end();
  expect(lines[0]![0]).toContain('no-such-program-here did not get event');
});

it('starts no program for the events that are still queued when the process ends', async () => {
  const { say, lines, end } = watched({ ended: [{ command: ['sleep', '60'] }] }, 0, [], 50);
  say(...trial(1, 5), ...trial(2, 6));
  await end();
  expect(lines.map(([text]) => text.replace(/.*: /, ''))).toEqual(['The operation was aborted', 'this process ends']);
});

it('kills a program that ignores SIGTERM', async () => {
  const file = join(directory(), 'pid');
  const ending = new AbortController();
  const script = 'trap "" TERM; echo $$ > "$0.new"; mv "$0.new" "$0"; while :; do sleep 0.1; done';
  const delivered = deliver({ command: ['sh', '-c', script, file] }, event, ending.signal);
  await eventually(() => expect(existsSync(file)).toBe(true));
  ending.abort();
  await expect(delivered).rejects.toThrow('aborted');
  const pid = Number(readFileSync(file, 'utf8'));
  await eventually(() => expect(() => process.kill(pid, 0)).toThrow());
});

it('does not retry a program that it may not run', async () => {
  const program = join(directory(), 'hook.sh');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o600 });
  await expect(deliver({ command: [program] }, event, new AbortController().signal)).rejects.toMatchObject({ passing: false });
});

it('an address can be a variable, and is checked when it is known', async () => {
  const path = join(directory(), 'hooks.yaml');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as users write it
  writeFileSync(path, 'on:\n  closed: { url: "${URL}", headers: { Authorization: "Bearer ${TOKEN}" } }\n');
  const read = (URL: string, TOKEN = 't0') => readHookFile(path, { URL, TOKEN });
  expect(await read('https://example.com/a')).toMatchObject({
    closed: [{ url: 'https://example.com/a', headers: { Authorization: 'Bearer t0' } }],
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the message shows it
  await expect(read('http://secret:99999')).rejects.toThrow('or a webhook\'s address, got "${URL}"');
  await expect(read('https://ann:secret@example.com')).rejects.toThrow(/: expected an address without a user and a password;(?!.*secret)/);
  await expect(read('https://example.com', 'sec\nret')).rejects.toThrow(
    /on\.closed\.headers\.Authorization: expected a name and a text(?!.*sec)/,
  );
});

it('a file names commands and webhooks, with secrets from the environment', async () => {
  const path = join(directory(), 'hooks.yaml');
  writeFileSync(
    path,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as users write it
    'on:\n  best: [./notify.sh, --channel, tuning]\n  closed:\n    - https://example.com/a\n    - { url: "https://example.com/${TOKEN}", headers: { Authorization: "Bearer ${TOKEN}" } }\n',
  );
  expect(await readHookFile(path, { TOKEN: 't0' })).toEqual({
    best: [{ command: ['./notify.sh', '--channel', 'tuning'] }],
    closed: [
      { url: 'https://example.com/a', headers: {} },
      { url: 'https://example.com/t0', headers: { Authorization: 'Bearer t0' } },
    ],
  });
  await expect(readHookFile(path, {})).rejects.toThrow(/on\.closed: .*, got none/);
});

it.each([
  ['trials: 3', 'on: expected events with a command or a webhook each, got nothing'],
  ['on: { started: [a] }', 'on: expected best, ended, closed, paused, got started'],
  ['on: { best: 3 }', "on.best: expected a command as a list of words, or a webhook's address, got 3"],
  ['on: { best: ftp://example.com }', 'on.best: expected a command as a list of words, or a webhook\'s address, got "ftp://example.com"'],
  ['on: { best: { url: https://a.example, headers: { a: 1 } } }', 'on.best.headers: expected texts by name, got {"a":1}'],
])('refuses %s', async (text, why) => {
  const path = join(directory(), 'hooks.yaml');
  writeFileSync(path, text);
  await expect(readHookFile(path)).rejects.toThrow(`${path}: ${why}`);
});

it('run calls them, and a bad file begins no study', async () => {
  const place = studyIn('trials: 3\nobjective: minimize loss\n');
  writeFileSync(join(place, 'hooks.yaml'), 'on:\n  ended: [sh, -c, "cat >> ended"]\n  closed: [sh, -c, "cat >> closed"]\n');
  const { code } = await hypertide(place, 'run', 'study.yaml', '--hooks', 'hooks.yaml', '--', ...TRAINER);
  expect(code).toBe(0);
  expect(readFileSync(join(place, 'ended'), 'utf8').trim().split('\n')).toHaveLength(3);
  expect(JSON.parse(readFileSync(join(place, 'closed'), 'utf8')).data).toMatchObject({ study: 'study', reason: 'trials' });
  const bad = studyIn('trials: 3\nobjective: minimize loss\n');
  const refused = await hypertide(bad, 'run', 'study.yaml', '--hooks', 'none.yaml', '--', ...TRAINER);
  expect([refused.code, existsSync(join(bad, 'study.jsonl'))]).toEqual([2, false]);
});
