import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hypertide, start, studyIn } from '../../cli/support.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { freePort } from '../../support/ports.ts';
import type { Started } from '../../support/started.ts';

const nats = natsOfTests();

/** A place of a study. */
interface Place {
  readonly folder: string;
  readonly address: string;
  /** Starts the process that runs the study, if that is not the loop. */
  readonly serve?: () => Promise<Started>;
}

interface Loop {
  readonly name: string;
  readonly words: (address: string) => readonly string[];
  place(study: string): Promise<Place>;
}

/** How many studies the NATS server has. */
let count = 0;

const inJournal = async (study: string): Promise<Place> => ({ folder: studyIn(study), address: 'study.jsonl' });
const served = async (study: string, address: string, ...more: string[]): Promise<Place> => {
  const folder = studyIn(study);
  const serve = async () => {
    const server = start(folder, 'serve', 'study.yaml', '--lease', '2s', ...more);
    onTestFinished(() => void server.child.kill('SIGKILL'));
    while (!/: (started|resumed)/.test(server.said())) await sleep(20);
    return server;
  };
  return { folder, address, serve };
};

const loops: readonly Loop[] = [
  { name: 'run', words: () => ['run', 'study.yaml'], place: inJournal },
  { name: 'worker of a journal', words: (address) => ['worker', address], place: begun },
  {
    name: 'worker over HTTP',
    words: (address) => ['worker', address],
    place: async (study) => {
      const port = await freePort();
      return served(study, `http://127.0.0.1:${port}/study`, '--http', `127.0.0.1:${port}`);
    },
  },
  {
    name: 'worker over NATS',
    words: (address) => ['worker', address],
    place: async (study) => {
      const name = `loop-${++count}`;
      return served(`${study}name: ${name}\n`, `${nats.url}/${name}`, '--nats', nats.url);
    },
  },
];

/** A journal with a study in which no trial has begun. */
async function begun(study: string): Promise<Place> {
  const place = await inJournal(study);
  expect(await hypertide(place.folder, 'study', 'create', 'study.yaml', 'study.jsonl')).toMatchObject({ code: 0 });
  return place;
}

describe.each(loops)('the loop of $name', ({ name, words, place: placeOf }) => {
  /** A study, and a program that ends once there is a file `go`. @param says what it prints then */
  const open = async (study: string, says: string) => {
    const place = await placeOf(`strategy: random\n${study}`);
    const { folder, address } = place;
    const program = ['sh', '-c', `while [ ! -e ${folder}/go ]; do sleep 0.05; done; echo ${says}`];
    const loop = () => {
      const started = start(folder, ...words(address), '--', ...program);
      onTestFinished(() => void started.child.kill('SIGKILL'));
      return started;
    };
    const rows = async () => {
      const { out } = await hypertide(folder, 'trials', address, '--json');
      return out === '' ? [] : (JSON.parse(out) as { readonly status: string; readonly reason?: string; readonly trial: number }[]);
    };
    const until = async (holds: (all: Awaited<ReturnType<typeof rows>>) => boolean) => {
      while (!holds(await rows())) await sleep(50);
    };
    const facts = async (trial: number) => (await hypertide(folder, 'trials', address, String(trial))).out;
    const go = () => writeFileSync(join(folder, 'go'), '');
    return { ...place, loop, rows, until, facts, go, server: await place.serve?.() };
  };

  it('evaluates each trial once, and ends with the study', async () => {
    const { loop, rows, go } = await open('trials: 3\nparallel: 2\n', 'value=1');
    go();
    expect(await loop().ended).toMatchObject({ code: 0 });
    expect((await rows()).map(({ trial, status }) => [trial, status])).toEqual([1, 2, 3].map((trial) => [trial, 'completed']));
  });

  it('begins no trial after one that printed another value only', async () => {
    const { loop, until, rows, go } = await open('trials: 9\nobjective: minimize loss\n', 'other=1');
    go();
    const { said } = loop();
    await until((all) => all.some(({ status }) => status === 'failed'));
    await sleep(500);
    expect((await rows()).map(({ status, reason }) => [status, reason])).toEqual([['failed', 'no-result']]);
    expect(said()).toContain('expected loss');
  });

  it.each([
    ['SIGKILL', 'lost'],
    ['SIGTERM', 'preempted'],
  ] as const)('loses no trial by %s', async (signal, reason) => {
    const { loop, until, facts, go, rows } = await open('trials: 2\n', 'value=1');
    const first = loop();
    await until(([one]) => one?.status === 'open');
    while (!/started/.test(await facts(1))) await sleep(50);
    first.child.kill(signal);
    await first.ended;
    go();
    expect(await loop().ended).toMatchObject({ code: 0 });
    expect(await facts(1)).toMatch(new RegExp(`failed .*${reason}[^]*started[^]*completed`));
    expect((await rows()).map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  if (name.includes('over'))
    it('waits for a study whose process is killed and starts again', async () => {
      const { loop, until, go, rows, serve, server } = await open('trials: 3\n', 'value=1');
      const working = loop();
      await until(([one]) => one?.status === 'open');
      server!.child.kill('SIGKILL');
      await server!.ended;
      go();
      await sleep(500);
      await serve!();
      expect(await working.ended).toMatchObject({ code: 0 });
      expect((await rows()).map(({ status }) => status)).toEqual(Array(3).fill('completed'));
    });
});
