import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { controlSocket, submitToRun } from '../../src/stores/controlSocket.ts';
import type { Intent } from '../../src/study/intents.ts';
import { openJournal } from '../../streams/log/openJournal.ts';
import { directory, expectRecomputed, hypertide, journalOf, start, studyIn, until } from '../cli/support.ts';

/** Trials that end when there is a file `go`. */
const TRAINER = ['sh', '-c', 'while [ ! -e go ]; do sleep 0.02; done; echo value={x}'];

/** A study that runs two trials, neither of which ends before `go`. */
async function running(more: string) {
  const place = studyIn(`parallel: 2\n${more}\n`);
  const run = start(place, 'run', 'study.yaml', '--', ...TRAINER);
  await until(() => journalOf(place).filter(({ type }) => type === 'started').length === 2);
  return {
    ...run,
    place,
    go: () => writeFileSync(join(place, 'go'), ''),
    say: (command: string, ...args: string[]) => hypertide(place, ...command.split(' '), ...args),
  };
}
const suggestedIn = (place: string) => journalOf(place).filter(({ type }) => type === 'suggested');

describe('a study that runs', () => {
  it('changes its strategy, and running trials keep their origin and continue', async () => {
    const { place, say, go, ended } = await running('trials: 4\nstrategy: random');
    expect(await say('change', 'study.jsonl', '--strategy', 'sobol')).toMatchObject({ code: 0, err: 'changed\n' });
    expect(await say('trial enqueue', 'study.jsonl', 'x=0.25')).toMatchObject({ code: 0, err: 'enqueued: it is tried next\n' });
    expect(await say('change', 'study.jsonl', '--trials', '+1')).toMatchObject({ code: 0, err: 'changed: trials 4 -> 5\n' });
    go();
    const { code, err } = await ended;
    expect(code, err).toBe(0);
    expect(suggestedIn(place).map(({ by, attempt }) => [by, attempt])).toEqual([
      ['random', 1],
      ['random', 1],
      ['queue', 1],
      ['#2/sobol', 1],
      ['#2/sobol', 1],
    ]);
    expect(journalOf(place).at(-1)).toMatchObject({ type: 'closed', reason: 'trials' });
    expectRecomputed(await say('verify', 'study.jsonl'), 5);
    expect(existsSync(join(place, 'study.jsonl.sock'))).toBe(false);
  });

  it('is paused and resumed, and cancels a trial', async () => {
    const { place, say, go, ended, said } = await running('trials: 3\nstrategy: random');
    await say('pause', 'study.jsonl');
    await until(() => said().includes('the study is paused: no new trials begin'));
    expect(await say('trial cancel', 'study.jsonl', '1')).toMatchObject({ code: 0, err: 'trial 1 is stopped\n' });
    const hasEnded = ({ type, trial }: { type: string; trial?: number }) => trial === 1 && (type === 'stopped' || type === 'failed');
    await until(() => journalOf(place).some(hasEnded)); // before it could complete
    go();
    await until(() => journalOf(place).some(({ type, trial }) => type === 'completed' && trial === 2));
    expect(suggestedIn(place)).toHaveLength(2);
    await say('resume', 'study.jsonl');
    expect((await ended).err).toContain('the study continues\n');
    expect(suggestedIn(place)).toHaveLength(3);
  });

  it('accepts nothing that does not fit the study', async () => {
    const { place, say, go, ended } = await running('trials: 2\nstrategy: random');
    const before = journalOf(place);
    for (const words of [
      ['trial', 'enqueue', 'study.jsonl', 'x=7'],
      ['change', 'study.jsonl', '--strategy', 'randm'],
      ['trial', 'retract', 'study.jsonl', '1'],
    ])
      expect((await say(...(words as [string]))).code).toBe(2);
    expect(journalOf(place)).toEqual(before);
    go();
    await ended;
  });
});

it('a study that another program runs, without a socket, is not written to', async () => {
  const place = studyIn('trials: 1\n');
  await hypertide(place, 'run', 'study.yaml', '--', 'sh', '-c', 'echo value={x}');
  const log = await openJournal(join(place, 'study.jsonl'));
  const { code, err } = await hypertide(place, 'change', 'study.jsonl', '--trials', '+1');
  await log.close();
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringMatching(/^hypertide: study.jsonl: the study is running in process \d+, which does not accept commands.*;.*\n$/),
  });
});

describe('a control socket', () => {
  const open = async (place = directory()) => {
    writeFileSync(join(place, 'study.jsonl'), '');
    const intents: Intent[] = [];
    const submit = async (intent: Intent) => {
      intents.push(intent);
      return { position: 7, fact: { type: 'cancelled', trial: 3 } };
    };
    const converse = () => ({ answer: async ({ cmd }: { readonly cmd?: string }) => ({ asked: cmd }), close: () => {} });
    const close = await controlSocket(join(place, 'study.jsonl'), submit, converse);
    const inform = async (line: string) => {
      const socket = createConnection(join(place, 'study.jsonl.sock'), () => socket.write(line));
      const [reply] = await once(socket, 'data');
      socket.destroy();
      return String(reply);
    };
    return { place, intents, close, inform };
  };

  it('is open only to the user who runs the study, and submits only commands', async () => {
    const { place, intents, close, inform } = await open();
    expect(statSync(join(place, 'study.jsonl.sock')).mode & 0o777).toBe(0o600);
    expect(await inform('garbage\n')).toBe('{"error":"expected a request as a JSON object","code":"not-json"}\n');
    expect(await inform('{"cmd":"ask"}\n')).toBe('{"asked":"ask"}\n');
    expect(await inform('{"submit":{"type":"completed","trial":1,"values":{"value":1}}}\n')).toContain(
      'expected a command (enqueue, propose, retract',
    );
    expect(intents).toEqual([]);
    expect(await submitToRun(join(place, 'study.jsonl'), { type: 'cancel', trial: 3 })).toEqual({
      position: 7,
      fact: { type: 'cancelled', trial: 3 },
    });
    close!();
    expect(intents).toEqual([{ type: 'cancel', trial: 3 }]);
  });

  it('replaces the socket of a killed process, and is not opened where there can be none', async () => {
    const place = directory();
    writeFileSync(join(place, 'study.jsonl.sock'), '');
    const { close, inform } = await open(place);
    expect(await inform('\n')).toContain('error');
    close!();
    const deep = join(place, ...Array.from({ length: 12 }, () => 'directory'));
    mkdirSync(deep, { recursive: true });
    expect((await open(deep)).close).toBeUndefined();
  });
});
