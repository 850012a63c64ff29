import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { breachesOf } from '../../../tools/conform/conform.ts';
import { engineOfPython, packageOfPython } from '../../support/engineOfPython.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const server = natsOfTests();

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PLACES = ['{nats}', '{study}', '{name}'];
const inTypeScript = [process.execPath, '--import', import.meta.resolve('tsx'), path('./programs/conformTrainer.ts'), ...PLACES];
const inPython = [
  'env',
  ...Object.entries(engineOfPython).map((pair) => pair.join('=')),
  'python3',
  path('./programs/conform_trainer.py'),
  packageOfPython,
  ...PLACES,
];

// At the same time, since most of it is waiting.
describe.concurrent('the rules of trainers are kept by', () => {
  it.each([
    ['ours in TypeScript', inTypeScript],
    ['ours in Python', inPython],
  ])('%s', async (_, words) => {
    const scenes: string[] = [];
    expect(await breachesOf(server.url, words, /./, (scene) => scenes.push(scene))).toEqual([]);
    expect(scenes).toHaveLength(8);
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
    expect(await breachesOf(server.url, [...inTypeScript, fault], scene)).toEqual([expect.stringMatching(breach)]);
  });
});
