import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../../schema/nearest.ts';
import { shellQuoted } from '../../../study/programArguments.ts';
import { labelled } from '../../../text/layout.ts';
import { inform, print, suggestNext, writeOutput } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { preset, value } from '../../parts.ts';

interface Example {
  /** What it shows. */
  readonly shows: string;
  /** The files by their names. */
  readonly files: Readonly<Record<string, string>>;
}

const PYTHON = `# train.py: fits a polynomial to a curve, one point at a time
import argparse, math, random
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--degree", type=int)
args = parser.parse_args()
random.seed(1)
data = [(x, math.sin(5 * x)) for x in (random.uniform(-1, 1) for _ in range(20000))]
weights = [0.0] * (args.degree + 1)
for epoch in range(1, 28):
    loss = 0
    for x, y in data:
        powers = [x**k for k in range(args.degree + 1)]
        error = sum(w * p for w, p in zip(weights, powers)) - y
        loss += error**2 / len(data)
        weights = [w - args.lr * error * p for w, p in zip(weights, powers)]
    print(f"epoch={epoch} loss={loss:.4g}")
`;

const RESUME = `# train.py: like the example python, but it trains up to its budget, saves its state after each epoch and continues from it
import json, math, os, random, sys
from pathlib import Path
lr, degree = float(sys.argv[1]), int(sys.argv[2])
budget = int(os.environ.get("HYPERTIDE_BUDGET", 27))  # the epoch up to which to train
saved = os.environ.get("HYPERTIDE_CHECKPOINT")        # the directory that an earlier trial or attempt saved in
random.seed(1)
data = [(x, math.sin(5 * x)) for x in (random.uniform(-1, 1) for _ in range(20000))]
epoch, weights = json.loads(Path(saved, "state.json").read_text()) if saved else (0, [0.0] * (degree + 1))
while epoch < budget:
    epoch += 1
    loss = 0
    for x, y in data:
        powers = [x**k for k in range(degree + 1)]
        error = sum(w * p for w, p in zip(weights, powers)) - y
        loss += error**2 / len(data)
        weights = [w - lr * error * p for w, p in zip(weights, powers)]
    state = Path(os.environ["HYPERTIDE_CHECKPOINT_DIR"], "state.json")
    state.with_suffix(".new").write_text(json.dumps([epoch, weights]))
    state.with_suffix(".new").replace(state)          # never half a file
    print(f"epoch={epoch} loss={loss:.4g}", flush=True)
`;

const NODE = `// train.mjs: fits a polynomial to a curve, one point at a time
import { parseArgs } from 'node:util';
const { values } = parseArgs({ options: { lr: { type: 'string' }, degree: { type: 'string' } } });
const [lr, degree] = [Number(values.lr), Number(values.degree)];
const data = Array.from({ length: 20000 }, (_, i) => ((i * 0.618034) % 2) - 1).map((x) => [x, Math.sin(5 * x)]);
const weights = Array.from({ length: degree + 1 }, () => 0);
for (let epoch = 1; epoch <= 27; epoch++) {
  let loss = 0;
  for (const [x, y] of data) {
    const error = weights.reduce((sum, weight, k) => sum + weight * x ** k, 0) - y;
    loss += error ** 2 / data.length;
    weights.forEach((weight, k) => { weights[k] = weight - lr * error * x ** k; });
  }
  console.log(\`epoch=\${epoch} loss=\${loss.toPrecision(4)}\`);
}
`;

const studyFile = (command: string, more = ''): string => `parameters:
  lr: { type: float, low: 1e-4, high: 0.3, log: true }
  degree: { type: int, low: 1, high: 12 }
objective: minimize loss
epochs: 27 # trials that fall behind are stopped early
${more}trials: 40
parallel: 4
command: ${command}
`;

const examples: Readonly<Record<string, Example>> = {
  python: {
    shows: 'tune a Python script that prints its loss after each epoch',
    files: { 'train.py': PYTHON, 'study.yaml': studyFile('python3 train.py {args}') },
  },
  resume: {
    shows: 'pause trials and resume them from checkpoints, so that no epoch is trained twice',
    files: { 'train.py': RESUME, 'study.yaml': studyFile('python3 train.py {lr} {degree}', 'resumes: true\n') },
  },
  node: {
    shows: 'tune a program in JavaScript',
    files: { 'train.mjs': NODE, 'study.yaml': studyFile('node train.mjs {args}') },
  },
};

export const command = declare({
  description: 'List the examples, or write the files of one: a program and its study file.',
  arguments: { name: value('name', 'name of an example') },
  options: { output: preset('folder', 'folder to write into', '.', { short: 'o' }) },
  run: async ({ name, output }) => {
    const names = Object.keys(examples);
    if (name === undefined) {
      const rows = Object.entries(examples).map(([each, { shows }]) => [each, shows]);
      for (const line of labelled(rows, process.stdout)) print(line);
      suggestNext(`hypertide dev examples ${names[0]}`);
      return 0;
    }
    if (!Object.hasOwn(examples, name)) throw new UsageError(`${name}: expected one of ${names.join(', ')}${nearest(name, names)}`);
    const files = Object.entries(examples[name]!.files).map(([file, text]) => ({ path: join(output, file), text }));
    const present = files.find(({ path }) => existsSync(path));
    if (present) throw new UsageError(`${present.path}: exists already; choose another directory with --output`);
    mkdirSync(output, { recursive: true });
    for (const { path, text } of files) await writeOutput(path, text);
    inform(`wrote ${files.map(({ path }) => path).join(' and ')}`);
    suggestNext(`${output === '.' ? '' : `cd ${shellQuoted(output)} && `}hypertide run study.yaml`);
    return 0;
  },
});
