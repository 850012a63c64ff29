import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSpace } from '../../../src/space/space.ts';
import { readStudyFile } from '../../../src/studyFile/studyFile.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { casesOf } from '../attack.ts';
import type { World } from '../world.ts';

const files = casesOf('file names');
const yaml = casesOf('YAML');

const accepts = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch {
    return false;
  }
};

/** Whether a study file is read. */
const reads = async (world: World, text: string): Promise<boolean> => {
  const path = join(world.directory(), 'study.yaml');
  writeFileSync(path, text);
  return readStudyFile(path).then(
    () => true,
    () => false,
  );
};

const names = ['../../evil', 'a.b', 'a b', '*', '>', '', '-x', '$SYS', 'ä', 'x\ny'];
const PARAMETERS = 'parameters:\n  x: { type: float, low: 0, high: 1 }\n';

/** Writes the keys of a platform into a directory that is there already. @returns the directory */
export async function keysIn(world: World): Promise<string> {
  const place = world.directory();
  const keys = join(place, 'keys');
  mkdirSync(keys, { mode: 0o777 });
  writeFileSync(join(place, 'platform.yaml'), '{ nats: { url: "nats://127.0.0.1" }, teams: { a: {} } }');
  await world.hypertide('server', 'render', join(place, 'platform.yaml'), '--output', join(place, 'out'));
  return keys;
}

export const fileAttacks = [
  ...names.map((name) =>
    files('names in subjects', `the name of a study ${JSON.stringify(name)}`, async () => accepts(() => subjectsOf(name))),
  ),
  files('names in subjects', 'a name of a study that no file can have', async () => accepts(() => subjectsOf('x'.repeat(256)))),
  ...['../evil', '/tmp/evil', '..'].map((name) =>
    files('names of studies', `the name ${name} in a study file`, async (world) => {
      const place = world.directory();
      writeFileSync(join(place, 'study.yaml'), `name: "${name}"\ntrials: 1\nstrategy: random\n${PARAMETERS}`);
      const before = process.cwd();
      mkdirSync(join(place, 'inside'));
      process.chdir(join(place, 'inside'));
      const { code, printed } = await world.hypertide('run', '../study.yaml', '--', 'true').finally(() => process.chdir(before));
      return code !== 2 || !printed.includes('name: expected');
    }),
  ),
  yaml('few aliases', 'aliases that grow without end', async (world) => {
    const layers = Array.from({ length: 5 }, (_, i) => `  - &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]`);
    const parameters = `parameters:\n  x: { type: choice, values: [1, 2] }\n`;
    return reads(world, `${parameters}command:\n  - &l0 [x]\n${layers.join('\n')}\n`);
  }),
  yaml('unique keys', 'a parameter that stands twice', async (world) =>
    reads(world, `${PARAMETERS}  x: { type: float, low: 0, high: 100 }\n`),
  ),
  yaml('text as keys', 'keys of keys, whose text grows without end', async (world) => {
    const path = join(world.directory(), 'study.yaml');
    writeFileSync(path, `${PARAMETERS}${'? '.repeat(10)}x\n`);
    return !(await world.hypertide('check', path)).printed.includes('all keys must be strings');
  }),
  yaml('names of parameters', 'a parameter named __proto__', async () =>
    accepts(() => parseSpace(JSON.parse('{"parameters":{"__proto__":{"type":"float","low":0,"high":1}}}'))),
  ),
  ...['constructor', 'toString', '__proto__', 'hasOwnProperty'].map((key) =>
    yaml('names of keys', `a key ${key} in a study file`, async (world) => {
      const path = join(world.directory(), 'study.yaml');
      writeFileSync(path, `${PARAMETERS}"${key}": 1\n`);
      return !(await world.hypertide('check', path)).printed.includes('unknown key');
    }),
  ),
  ...['constructor', 'toString', 'valueOf'].map((name) =>
    yaml('names of strategies', `a strategy named ${name}`, async (world) => {
      const path = join(world.directory(), 'study.yaml');
      writeFileSync(path, `${PARAMETERS}strategy: ${name}\n`);
      const { printed } = await world.hypertide('check', path);
      return !printed.includes('expected one of');
    }),
  ),
];
