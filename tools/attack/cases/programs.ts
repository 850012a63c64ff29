import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramRun } from '../../../src/programs/programRun.ts';
import { startProgram } from '../../../src/programs/startProgram.ts';
import { fillTemplate, parseTemplate } from '../../../src/programs/template.ts';
import { canonical } from '../../../src/text/names.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const args = casesOf('arguments');
const prototype = casesOf('prototype');

function jobIn(place: string, kind: string): ProgramRun {
  const paths = { params: join(place, 'params.json'), checkpoints: join(place, 'checkpoints'), log: join(place, 'log') };
  return { study: 's', trial: 1, attempt: 1, slot: 0, params: { kind }, paths };
}

/** Whether a value of a parameter makes a file when a program gets it. */
async function runs(world: World, value: (owned: string) => string): Promise<boolean> {
  const place = world.directory();
  const owned = join(place, 'owned');
  const command = parseTemplate(['echo', 'value=1', '{kind}'], ['kind']);
  await startProgram(jobIn(place, value(owned)), { command, objectives: ['value'] }).done;
  return existsSync(owned);
}

const shells: readonly (readonly [what: string, value: (owned: string) => string])[] = [
  ['a second command', (owned) => `; touch ${owned}`],
  ['a command in a command', (owned) => `$(touch ${owned})`],
  ['a command in backticks', (owned) => `\`touch ${owned}\``],
  ['a redirection', (owned) => `> ${owned}`],
  ['a pipe', (owned) => `| tee ${owned}`],
  ['a line feed', (owned) => `\ntouch ${owned}`],
];

export const programAttacks = [
  ...shells.map(([what, value]) => args('no shell', `a value of a parameter with ${what}`, (world) => runs(world, value))),
  ...['--force', '-1e-05'].map((kind) =>
    args('values after =', `a value ${kind} in {args}`, async () =>
      fillTemplate(parseTemplate(['train', '{args}'], ['kind']), { params: { kind }, paramsFile: 'p' }).includes(kind),
    ),
  ),
  prototype('own synonyms', 'a metric named constructor', async () => canonical('constructor') !== 'constructor'),
];
