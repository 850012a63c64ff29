import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Driven, drivenStudy } from '../../../src/host/askTell/studySession.ts';
import { acceptCommands } from '../../../src/host/plugins.ts';
import { connectToRun } from '../../../src/stores/controlSocket.ts';
import { coded } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';

const STUDY = { parameters: { x: { type: 'float', low: 0, high: 1 } }, objective: 'minimize loss', strategy: 'random', trials: 9 };

type Reply = Record<string, unknown>;

let folder: string;
let path: string;
const open = new Set<Driven>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
  path = join(folder, 'study.jsonl');
});
afterEach(async () => {
  for (const driven of [...open].reverse()) await leave(driven);
});

/** A process that has the study, as its socket and its claims see it. */
async function sit(more: object = {}): Promise<Driven> {
  const driven = await drivenStudy({ ...STUDY, ...more }, path, { plugins: [acceptCommands], line: () => {} });
  open.add(driven);
  return driven;
}
async function leave(driven: Driven): Promise<void> {
  if (open.delete(driven)) await driven.dispose();
}
const say = async ({ answers }: Driven, cmd: string, request: object = {}): Promise<Reply> =>
  (await answers[cmd]!(request as never)) as Reply;
const ask = (driven: Driven) => say(driven, 'ask');
const tell = (driven: Driven, { trial }: Reply) => say(driven, 'tell', { trial, values: { loss: 1 } });
const rows = async (driven: Driven) => (await say(driven, 'trials')).trials as Reply[];

describe('a journal that several processes have', () => {
  it('gives each its own trials, as many as all of them evaluate at once', async () => {
    const first = await sit({ parallel: 1 });
    const second = await sit({ parallel: 2 });
    expect(second.opened).toEqual({ ...first.opened, joined: true });
    const trials = [await ask(first), await ask(second), await ask(second)];
    expect(trials.map(({ trial: id }) => id)).toEqual([1, 2, 3]);
    const waiting = ask(second);
    expect(await say(second, 'report', { trial: 2, step: 1, values: { loss: 2 } })).toEqual({ stop: false });
    await say(first, 'cancel', { trial: 2 });
    expect(await say(second, 'report', { trial: 2, step: 2, values: { loss: 2 } })).toEqual({ stop: true });
    await say(second, 'tell', { trial: 2, stopped: true });
    expect(await waiting).toMatchObject({ trial: 4 });
    await tell(first, trials[0]!);
    for (const driven of [first, second]) {
      expect(await say(driven, 'best')).toMatchObject({ best: { trial: 1 }, ended: 2 });
      expect((await rows(driven)).map(({ status }) => status)).toEqual(['completed', 'stopped', 'open', 'open']);
    }
    await expect(tell(first, { trial: 3 })).rejects.toMatchObject({ code: 'stale-run' });
  });

  it('is continued by another one, which keeps its own trials and tries those again that the first one left', async () => {
    const first = await sit({ parallel: 1 });
    const second = await sit({ parallel: 2 });
    const third = await sit({ parallel: 1 });
    const [left, kept, also] = [await ask(first), await ask(second), await ask(third)];
    const waiting = ask(second);
    await leave(first);
    expect(await waiting).toMatchObject({ trial: left!.trial });
    await tell(second, kept!);
    await tell(third, also!);
    await tell(second, left!);
    expect((await rows(third)).map(({ status, attempt }) => [status, attempt])).toEqual([
      ['completed', 2],
      ['completed', 1],
      ['completed', 1],
    ]);
    expect(readFileSync(path, 'utf8').match(/"reason":"lost"/g)).toHaveLength(1);
  });

  it('tries trials again of a process that has joined and left', async () => {
    const first = await sit({ parallel: 1 });
    const second = await sit({ parallel: 1 });
    const trial = await ask(second);
    await leave(second);
    await eventually(async () => expect((await rows(first))[0]).not.toHaveProperty('running')); // it is looked at twice a second
    expect(await ask(first)).toMatchObject({ trial: trial.trial, params: trial.params });
  });

  it('refuses by name a process that takes it for another study', async () => {
    await sit();
    await expect(sit({ strategy: 'tpe' })).rejects.toThrow(coded('other-study'));
    await expect(sit({ trails: 3 })).rejects.toThrow('did you mean trials?');
    expect(await ask(await sit())).toMatchObject({ trial: 1 });
  });

  it('takes a new limit from any of them, also after it has ended', async () => {
    const first = await sit({ trials: 1 });
    const second = await sit({ trials: 1 });
    await tell(second, await ask(second));
    expect(await ask(first)).toEqual({ over: true });
    expect(await ask(second)).toEqual({ over: true });
    expect(await say(second, 'limit', { more: 1, parallel: 3 })).toEqual({ ok: true, limit: 2, ended: 1, parallel: 3 });
    expect(await ask(first)).toMatchObject({ trial: 2 });
    expect(await say(first, 'limit', { trials: 2 })).toEqual({ ok: true, limit: 2, ended: 1, parallel: 1 });
    expect(await say(first, 'limit', { parallel: 4 })).toEqual({ ok: true, limit: 2, ended: 1, parallel: 4 }); // of the process that runs the study
  });

  it('cannot be joined from another machine', async () => {
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: `not-${hostname()}`, started: '' }));
    await expect(sit()).rejects.toThrow(coded('journal-locked'));
  });

  it('answers nothing to a process that has not joined', async () => {
    await sit();
    const connection = (await connectToRun(path))!;
    expect(await connection.ask({ cmd: 'ask' })).toMatchObject({ code: 'unknown-command' });
    expect(await connection.ask({ cmd: 'join', args: [{ name: 3 }] })).toHaveProperty('error');
    connection.close();
    await connection.closed;
    await expect(connection.ask({ cmd: 'ask' })).rejects.toThrow();
  });
});
