import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { conformance, type Finding } from '../../../streams/nats/conformance/conform.ts';
import type { Begin } from '../../../streams/nats/conformance/stage.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const folder = path('../../../src/python');

const server = natsOfTests();

const running =
  (program: string, before: readonly string[], after: readonly string[] = []): Begin =>
  ({ nats, study, name }) => {
    const child = spawn(program, [...before, nats, study, name, ...after], { stdio: ['ignore', 'ignore', 'inherit'] });
    return { ended: once(child, 'exit').then(([code]) => code as number), kill: () => child.kill('SIGKILL') };
  };

async function findingsOf(begin: Begin, only?: RegExp): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of conformance(server.url, begin, only)) findings.push(finding);
  return findings;
}

// At the same time, since most of it is waiting.
describe.concurrent('the rules of trainers are kept by', () => {
  it.each([
    ['ours in TypeScript', running(process.execPath, ['--import', import.meta.resolve('tsx'), path('./programs/conformTrainer.ts')])],
    ['ours in Python', running('python3', [path('./programs/conform_trainer.py'), folder])],
  ])('%s', async (_, begin) => {
    const findings = await findingsOf(begin);
    expect(findings.filter(({ breach }) => breach)).toEqual([]);
    expect(findings).toHaveLength(8);
  });
});

describe.concurrent('the conformance test finds a trainer that', () => {
  it.each([
    ['silent', /heartbeats/, /heartbeats are due/],
    ['grabs', /leaves an attempt/, /claimed already/],
    ['deaf', /stops/, /told to stop/],
    ['stubborn', /second/, /send nothing more about that run/],
    ['nameless', /one trial at a time/, /Nats-Msg-Id/],
    ['repeats', /one trial at a time/, /again under another id/],
    ['greedy', /heartbeats/, /acknowledged|pull no suggestion/],
    ['forgetful', /connections break/, /sent again|to end/],
    ['unending', /over already/, /should end/],
  ] as const)('is %s', async (fault, scene, breach) => {
    const [finding] = await findingsOf(running('python3', [path('./programs/sloppy_trainer.py'), folder], [fault]), scene);
    expect(finding!.breach).toMatch(breach);
  });
});
