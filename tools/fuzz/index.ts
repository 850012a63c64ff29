// npx tsx tools/fuzz [--seconds 60 --target facts --seed 1 --save]
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, makers, saveCorpus } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    target: { type: 'string', multiple: true, default: Object.keys(makers) },
    seed: { type: 'string', default: String(Date.now()) },
    /** Keeps inputs that made a target do something new. */
    save: { type: 'boolean', default: false },
  },
});
const names = values.target;
/** The input that a target is taking, to report if it never ends. */
const current = join(tmpdir(), `hypertide-fuzz-${process.pid}`);
console.log(`seed ${values.seed}, the current input is in ${current}`);
let failed = false;
for (const name of names) {
  const target = await makers[name]!();
  const { inputs, slowest, corpus, failure } = await fuzz(target, Number(values.seconds) / names.length, values.seed, (input) =>
    writeFileSync(current, Buffer.from(input, 'latin1')),
  );
  await target.close?.();
  console.log(`${name.padEnd(10)} ${inputs} inputs, ${corpus.length} kept, the slowest took ${slowest.toFixed(0)} ms`);
  if (values.save) saveCorpus(name, corpus);
  if (!failure) continue;
  failed = true;
  const path = join(tmpdir(), `hypertide-fuzz-${name.replace(' ', '-')}-${Date.now()}`);
  writeFileSync(path, Buffer.from(failure.input, 'latin1'));
  console.log(`FAILED with the input in ${path}: ${JSON.stringify(failure.input.slice(0, 300))}\n${failure.error.stack}`);
}
rmSync(current, { force: true });
process.exit(failed ? 1 : 0);
