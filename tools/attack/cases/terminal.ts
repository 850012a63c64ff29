import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fact } from '../../../src/facts/facts.ts';
import { startProgram } from '../../../src/programs/startProgram.ts';
import { parseTemplate } from '../../../src/programs/template.ts';
import { float, random, space } from '../../../streams/index.ts';
import { openJournal } from '../../../streams/journal.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const attack = casesOf('terminal');

/** What terminals obey: titles, moves of the cursor, colours, overwritten and reversed text, also in their 8-bit forms. */
const ALL =
  '\u001b]0;owned\u0007\u001b[2J\u001b[Hx\rtrial 1 completed value=0x\b\b\b\b\u009b2J\u202egnp.exe\u001b]8;;https://evil.example\u001b\\here\u001b]8;;\u001b\\';

/** Whether a terminal would obey something in a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this finds them
const obeys = (text: string): boolean => /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(text);

/** A journal in which a trainer has put a text wherever it may. */
async function journalWith(world: World, text: string): Promise<string> {
  const path = join(world.directory(), 'study.jsonl');
  const log = await openJournal(path);
  const run = 'r';
  const facts: Fact[] = [
    createdOf(space({ x: float(0, 1) }), random(), { study: 'study', trials: 3 }),
    { type: 'suggested', trial: 1, attempt: 1, by: text, params: { x: 0.5 }, tags: { note: text, why: text, studies: text } },
    { type: 'started', trial: 1, attempt: 1, run, trainer: text },
    { type: 'completed', trial: 1, run, values: { value: 1, [text]: 2 }, metrics: { [text]: 3 }, checkpoint: text },
    { type: 'suggested', trial: 2, attempt: 1, by: 'random', params: { x: 0.2 } },
    { type: 'started', trial: 2, attempt: 1, run, trainer: text },
    { type: 'failed', trial: 2, run, reason: 'error', message: text },
    { type: 'suggested', trial: 3, attempt: 1, by: 'random', params: { x: 0.2 } },
    { type: 'started', trial: 3, attempt: 1, run, trainer: text },
    { type: 'instructed', trainer: text, to: 'pause', reason: text },
  ];
  for (const fact of facts) await log.append(fact);
  await log.close();
  return path;
}

/** A journal of a study whose parameter, objective and earlier study have a name. */
async function journalOf(world: World, name: string): Promise<string> {
  const path = join(world.directory(), 'study.jsonl');
  const log = await openJournal(path);
  const earlier = { studies: [{ study: name, results: 3 }], configurations: [] };
  await log.append({ ...createdOf(space({ [name]: float(0, 1) }), random(), { objectives: { [name]: 'minimize' } }), earlier });
  for (let trial = 1; trial <= 12; trial++) {
    await log.append({ type: 'suggested', trial, attempt: 1, by: 'random', params: { [name]: trial / 13 } });
    await log.append({ type: 'started', trial, attempt: 1, run: 'r' });
    await log.append({ type: 'completed', trial, run: 'r', values: { [name]: trial } });
  }
  await log.close();
  return path;
}

export const terminalAttacks = [
  ...['trials', 'trials --json', 'best', 'best --json', 'verify', 'verify --json'].map((command) =>
    attack('shown controls', `names and texts of a trainer in ${command}`, async (world) => {
      const { printed } = await world.hypertide(...command.split(' '), await journalWith(world, ALL));
      return obeys(printed);
    }),
  ),
  attack('shown controls', 'what a trial was suggested by, in why', async (world) => {
    const { printed } = await world.hypertide('why', await journalWith(world, ALL), '1');
    return obeys(printed);
  }),
  attack('shown controls', 'the name of a trainer and the reason of its pause, in workers', async (world) => {
    const { printed } = await world.hypertide('worker', 'list', await journalWith(world, ALL));
    return obeys(printed);
  }),
  ...['study list', 'study importance', 'best', 'trials'].map((command) =>
    attack('shown controls', `the names of a study in ${command}`, async (world) => {
      const path = await journalOf(world, ALL);
      const { printed } = await world.hypertide(...wordsOf(command, path));
      return obeys(printed);
    }),
  ),
  attack('shown controls', 'the last error of a program', async (world) => {
    const place = world.directory();
    const paths = { params: join(place, 'params.json'), checkpoints: join(place, 'checkpoints'), log: join(place, 'log') };
    const command = parseTemplate(['sh', '-c', `printf '%b' "$0" >&2; exit 1`, '{text}'], ['text']);
    const job = { study: 's', trial: 1, attempt: 1, slot: 0, params: { text: ALL }, paths };
    const outcome = await startProgram(job, { command, objectives: ['value'] }).done;
    return outcome.type === 'failed' && obeys(outcome.message ?? '');
  }),
  attack('shown controls', 'the name of a study file that is missing', async (world) => {
    const { printed } = await world.hypertide('check', join(world.directory(), `${ALL.replaceAll('/', '')}.yaml`));
    return obeys(printed);
  }),
  attack('shown controls', 'an unknown key of a study file', async (world) => {
    const path = join(world.directory(), 'study.yaml');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ parameters: { x: { type: 'float', low: 0, high: 1 } }, [ALL]: 1 }));
    return obeys((await world.hypertide('check', path)).printed);
  }),
];

/** The words of a command on a journal. */
const wordsOf = (command: string, path: string): string[] => [...command.split(' '), command === 'study list' ? dirname(path) : path];
