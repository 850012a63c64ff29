import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { programHelp } from '../../src/studyFile/programHelp.ts';
import { declaredIn, printedIn } from '../../src/studyFile/programSource.ts';
import { readStudyFile } from '../../src/studyFile/studyFile.ts';
import { directory, expectRefused, hypertide } from './support.ts';

/** As argparse of Python 3.13 prints it, with ArgumentDefaultsHelpFormatter. */
const ARGPARSE = `usage: train.py [-h] [--lr LR] [-b BATCH_SIZE] [--optimizer {sgd,adam}] [--dropout DROPOUT]
                [--data-dir DATA_DIR] --width WIDTH [--verbose] [--epochs EPOCHS]

options:
  -h, --help            show this help message and exit
  --lr LR               learning rate (default: 0.001)
  -b, --batch-size BATCH_SIZE
                        samples in a batch (default: 32)
  --optimizer {sgd,adam}
                        which optimizer (default: adam)
  --dropout DROPOUT     share of units that are dropped, in a help text that
                        is long enough to be wrapped (default: 0.5)
  --data-dir DATA_DIR   where (default: data)
  --width WIDTH         units (default: None)
  --verbose
  --epochs EPOCHS       epochs (default: 10)
`;

/** As click 8 prints it, with show_default. */
const CLICK = `Usage: train.py [OPTIONS]

Options:
  --lr FLOAT                learning rate  [default: 0.001]
  --optimizer [sgd|adam]    which optimizer  [default: adam]
  --layers INTEGER          layers  [default: 2]
  --help                    Show this message and exit.
`;

const argumentsIn = (help: string) => programHelp(help, [], []).found;
const flagsIn = (help: string) => programHelp(help, [], []).flags;

/** What `init` writes for a program with this help. */
async function drafted(help: string, ...more: readonly string[]) {
  const place = directory();
  const file = join(place, 'study.yaml');
  writeFileSync(join(place, 'train.mjs'), `console.log(${JSON.stringify(help)})`);
  const { code, err } = await hypertide(place, 'init', ...more, '--', 'node', 'train.mjs');
  expect(code, err).toBe(0);
  const text = readFileSync(file, 'utf8');
  return { ...parse(text), text, err, place, file };
}

describe('init', () => {
  it('reads the options of argparse that have a value and are hyperparameters', () => {
    expect(argumentsIn(ARGPARSE).map(({ name, choices, default: otherwise }) => [name, choices ?? otherwise])).toEqual([
      ['lr', '0.001'],
      ['batch-size', '32'],
      ['optimizer', ['sgd', 'adam']],
      ['dropout', '0.5'],
      ['width', 'None'],
    ]);
  });

  it('reads those of click', () => {
    expect(argumentsIn(CLICK).map(({ name, choices, default: otherwise }) => [name, choices ?? otherwise])).toEqual([
      ['lr', '0.001'],
      ['optimizer', ['sgd', 'adam']],
      ['layers', '2'],
    ]);
  });

  it('names flags without a value, and how to search them', async () => {
    expect(flagsIn(ARGPARSE)).toEqual([]);
    expect(flagsIn(CLICK)).toEqual([]);
    const help =
      'usage: t\n\noptions:\n  -h, --help  show\n  --lr LR  rate (default: 0.1)\n  --amsgrad  use AMSGrad\n  --use-bias, --no-use-bias\n';
    const { text, file } = await drafted(help);
    expect(text).toContain(
      '  # amsgrad: { type: boolean }   # a flag: to search it, remove the first #, and add --amsgrad{?amsgrad} to the command\n',
    );
    expect(text).toContain('add --use-bias{?use_bias} --no-use-bias{!use_bias} to the command');
    writeFileSync(file, text.replace('  # amsgrad', '  amsgrad').replace('{args}', '--lr {lr} --amsgrad{?amsgrad}'));
    expect((await readStudyFile(file)).space.size).toBe(Number.POSITIVE_INFINITY);
  });

  it('writes a study file with ranges around the defaults, and a command', async () => {
    const { place, file, err, ...written } = await drafted(ARGPARSE, '--epochs', '27', '--metric', 'val_loss');
    expect(err).toMatch(/5 parameters \(/);
    expect(written).toMatchObject({
      parameters: {
        lr: { type: 'float', low: 1e-5, high: 0.1, log: true },
        batch_size: { type: 'int', low: 8, high: 128 },
        optimizer: { type: 'choice', values: ['sgd', 'adam'] },
        dropout: { type: 'float', low: 0, high: 0.9 },
      },
      objective: 'minimize val_loss',
      epochs: 27,
    });
    const words = '--lr {lr} --batch-size {batch_size} --optimizer {optimizer} --dropout {dropout} --width {width}';
    expect((await readStudyFile(file)).command!.slice(2)).toEqual(words.split(' '));
    expectRefused(await hypertide(place, 'init'));
  });

  it('passes parameters whose ranges you write later, and says how argparse shows defaults', async () => {
    const options = '\n\noptions:\n  --lr LR\n  --units UNITS';
    const { err, parameters, command } = await drafted(`usage: train.py [-h] [--lr LR] [--units UNITS]${options}`);
    expect(err).toMatch(/1 parameter \(.*\nwrite a range for units, or remove it/);
    expect(parameters).toEqual({ lr: { type: 'float', low: 1e-5, high: 0.1, log: true } });
    expect(command).toBe('node train.mjs {args}');
    const none = await drafted('usage: train.py [-h] [--units UNITS]\n\noptions:\n  --units UNITS');
    expect(none.err).toContain('formatter_class=argparse.ArgumentDefaultsHelpFormatter');
    expectRefused(await hypertide(none.place, 'check', 'study.yaml'));
  });

  it('reads the ranges of click, from both ends or one', async () => {
    const { parameters, text } = await drafted(
      'Usage: t [OPTIONS]\n\nOptions:\n  --layers INTEGER RANGE  layers  [default: 3; 1<=x<=8]\n  --dropout FLOAT RANGE  [default: 0.05; 0<=x<=0.1]\n' +
        '  --width INTEGER RANGE  [default: 64; x>=32]\n  --bn / --no-bn  norm  [default: bn]\n',
    );
    expect(parameters).toEqual({
      layers: { type: 'int', low: 1, high: 8 },
      dropout: { type: 'float', low: 0, high: 0.1 },
      width: { type: 'int', low: 32, high: 256 },
    });
    expect(text).toContain('--bn{?bn} --no-bn{!bn}');
  });

  it('reads options of one letter, and passes each with its own name', async () => {
    const { parameters, command } = await drafted(
      'usage: t\n\noptions:\n  -h, --help  show\n  -C C  strength (default: 1.0)\n  --gamma GAMMA  (default: 0.1)\n',
    );
    expect(parameters).toEqual({
      C: { type: 'float', low: 0.01, high: 100, log: true },
      gamma: { type: 'float', low: 0.001, high: 0.99, log: true },
    });
    expect(command).toBe('node train.mjs -C {C} --gamma {gamma}');
  });

  it('writes ranges and priors of the program that a script imports', async () => {
    const place = directory();
    const help =
      'usage: t\n\noptions:\n  --max-depth N  (default: 6)\n  --learning-rate R  (default: 0.3)\n  --booster {gbtree,dart}\n  --subsample FLOAT RANGE  [default: 1; 0.5<=x<=1]\n  --mine M  (default: 0.5)\n';
    writeFileSync(join(place, 'help.mjs'), `console.log(${JSON.stringify(help)})`); // stands for Python, which unit tests do not start
    const written = async (source: string) => {
      writeFileSync(join(place, 'train.py'), source);
      rmSync(join(place, 'study.yaml'), { force: true });
      expect((await hypertide(place, 'init', '--', 'node', 'help.mjs', 'train.py')).code).toBe(0);
      return parse(readFileSync(join(place, 'study.yaml'), 'utf8')).parameters;
    };
    const boosted = {
      max_depth: { type: 'int', low: 1, high: 15, prior: { logNormal: { median: 7, sigma: 0.45 } } },
      learning_rate: { type: 'float', low: 0.005, high: 0.5, log: true, prior: { logNormal: { median: 0.05, sigma: 1 } } },
      booster: { type: 'choice', values: ['gbtree', 'dart'], prior: { weights: [6, 2] } },
      subsample: { type: 'float', low: 0.5, high: 1, prior: { normal: { median: 0.8, sigma: 0.2 } } },
      mine: { type: 'float', low: 0, high: 1 },
    };
    expect(await written('import xgboost as xgb\nmodel = xgb.XGBClassifier()\n')).toEqual(boosted);
    expect(await written('from xgboost import (\n  DMatrix,\n  XGBRegressor,\n)\nfrom sklearn.svm import SVC\n')).toEqual(boosted);
    expect((await readStudyFile(join(place, 'study.yaml'))).space.axes.filter(({ prior }) => prior)).toHaveLength(4);
    for (const other of ['import xgboost\nclass XGBClassifier: pass\n', 'from mine import XGBClassifier\n', 'import sklearn\n'])
      expect((await written(other)).max_depth).toEqual({ type: 'int', low: 1, high: 24 });
  });

  it('names the known parameters of a program that has no options', async () => {
    const place = directory();
    writeFileSync(join(place, 'help.mjs'), 'console.log("no options")');
    writeFileSync(join(place, 'train.py'), 'import torch\noptimizer = torch.optim.AdamW(model.parameters())\n');
    expect((await hypertide(place, 'init', '--', 'node', 'help.mjs', 'train.py')).code).toBe(0);
    expect(readFileSync(join(place, 'study.yaml'), 'utf8')).toMatch(/^# torch\.optim\.AdamW has .*weight_decay/m);
  });

  it('reads the configuration of Hydra', async () => {
    const { parameters, command, text } = await drafted(
      'train is powered by Hydra.\n\n== Config ==\nOverride anything in the config (foo.bar=value)\n\nlr: 0.01\nmodel:\n  width: 64\nepochs: 8\nseed: 1\n\nPowered by Hydra (https://hydra.cc)\n',
    );
    expect(parameters).toEqual({
      lr: { type: 'float', low: 1e-4, high: 1, log: true },
      'model.width': { type: 'int', low: 16, high: 256 },
    });
    expect(command).toBe('node train.mjs lr={lr} model.width={model.width}');
    expect(text).toContain('# epochs: 8 ');
  });

  it('begins no range where nothing is trained, and leaves out the length of a training', async () => {
    const { parameters, text } = await drafted(
      'usage: t\n\noptions:\n  --eta E  (default: 0.3)\n  --subsample S  (default: 0.8)\n  --max_steps N  (default: -1)\n  --num_train_epochs N  (default: 3.0)\n',
    );
    expect(parameters).toEqual({
      eta: { type: 'float', low: 0.003, high: 1, log: true },
      subsample: { type: 'float', low: 0.1, high: 1 },
    });
    expect(text).toContain('# epochs: 3   # the default of --num_train_epochs');
  });

  it('says so if a program shows no options, and does not invent how many epochs it trains', async () => {
    const { err, text, command } = await drafted('train: no help here');
    expect(err).toContain('shows no option with a value');
    expect(text).toContain('# epochs: N ');
    expect(command).toBe('node train.mjs {args}');
  });

  it('takes the name of a study file for its output only with -o', async () => {
    expectRefused(await hypertide(directory(), 'init', 'foo.yaml', 'python3', 'x.py'));
  });

  it('says where a flag with a dash belongs once it has a range', async () => {
    const { text } = await drafted('usage: t [-h]\n\noptions:\n  --lr LR  rate (default: 0.1)\n  --hidden-units N  units');
    expect(text).toContain(
      '# hidden_units: { type: int, low: 8, high: 256 }   # no default in its help; write a range, and add --hidden-units {hidden_units} to the command',
    );
  });

  it('takes defaults from the source of a Python script whose help shows none', async () => {
    const source = `
parser.add_argument("--lr", type=float, default=0.001)
parser.add_argument('-u', '--units', type=int,
                    help="hidden (units)", default=32)
parser.add_argument("--opt", default="adam")
parser.add_argument("--steps", type=int)
parser.add_argument("--momentum", type=float, required=True)
parser.add_argument("--n-epochs", type=int, default=20)
`;
    expect([...declaredIn([source], 'default')]).toEqual([
      ['lr', '0.001'],
      ['units', '32'],
      ['opt', 'adam'],
      ['n-epochs', '20'],
    ]);
    expect(declaredIn([source], 'type').get('steps')).toBe('int');
    const place = directory();
    writeFileSync(join(place, 'train.py'), source);
    const help =
      "console.log('usage: t [-h]\\n\\noptions:\\n  --lr LR\\n  -u, --units UNITS\\n  --steps STEPS\\n  --momentum M\\n  --n-epochs N')";
    writeFileSync(join(place, 'help.mjs'), help); // stands for Python, which unit tests do not start
    expect((await hypertide(place, 'init', '--', 'node', 'help.mjs', 'train.py')).code).toBe(0);
    const { parameters } = parse(readFileSync(join(place, 'study.yaml'), 'utf8'));
    expect(parameters).toEqual({
      lr: { type: 'float', low: 1e-5, high: 0.1, log: true },
      units: { type: 'int', low: 8, high: 128 },
      steps: { type: 'int', low: 1, high: 10 },
      momentum: { type: 'float', low: 0, high: 0.99 },
    });
    const text = readFileSync(join(place, 'study.yaml'), 'utf8');
    expect(text).toContain('  steps: { type: int, low: 1, high: 10 }   # guessed: no default in its help\n');
    expect(text).toContain('# epochs: 20   # the default of --n-epochs; the most that a trial trains');
  });

  it.each([
    ['argparse', 'usage: main.py [-h] {train,eval} ...\n\npositional arguments:\n  {train,eval}\n\noptions:\n  -h, --help  show this help'],
    [
      'click',
      'Usage: main.py [OPTIONS] COMMAND [ARGS]...\n\nOptions:\n  --help  Show this.\n\nCommands:\n  train  Train it.\n  eval   Test it.',
    ],
  ])('names the commands of a program that has some (%s)', async (_, help) => {
    const place = directory();
    writeFileSync(join(place, 'main.mjs'), `console.log(${JSON.stringify(help)})`);
    expectRefused(await hypertide(place, 'init', '--', 'node', 'main.mjs'));
  });

  it('names the value that a Python program prints, if its source shows one', async () => {
    const of = (...lines: string[]) => printedIn([lines.join('\n')]);
    expect(of("print(f'epoch={e} loss={loss:.4g}')")).toBe('loss');
    expect(of('print(f"train_loss={a} val_loss={b} val_acc={c}")')).toBe('val_loss');
    expect(of("print('Train Loss: %.3f | Test Acc: %.3f' % (a, b))")).toBe('Test Acc');
    expect(of('print(json.dumps({"epoch": e, "rmse": rmse}))', "print(f'val_accuracy: {acc}')")).toBe('val_accuracy');
    expect(of("print(f'accuracy={acc} mse={mse} mae={mae}')")).toBeUndefined();
    expect(of("print('done')")).toBeUndefined();
    expect(of(String.raw`print(f"[{e}]\ttrain-rmse:{a:.5f}\tvalidation-rmse:{b:.5f}")`)).toBe('validation-rmse');
    expect(of('print(f"mAP50: {a:.3f} mAP50-95: {b:.3f}")')).toBeUndefined();
    expect(of("log.info(f'train/loss={a:.3f} val/loss={b:.3f}')")).toBe('val/loss');
    expect(of('print(f"cross_val accuracy: {s.mean():.3f} ± {s.std():.2f}")')).toBe('cross_val accuracy');
    expect(of("print(f'  loss: {x:.3f}')", "print(f'Best valid loss: {best:.4f}')")).toBe('loss');
    const place = directory();
    const program = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.1)\na = p.parse_args()\n";
    writeFileSync(join(place, 'train.py'), `${program}print(f'val_acc={a.lr}')\n`);
    await hypertide(place, 'init', '--', 'python3', 'train.py');
    expect(readFileSync(join(place, 'study.yaml'), 'utf8')).toContain(
      'objective: maximize val_acc   # guessed: the program seems to print it\n',
    );
    expect((await readStudyFile(join(place, 'study.yaml'))).options.objectives).toEqual({ val_acc: 'maximize' });
  });

  it('reads choices and defaults as commander writes them', () => {
    const help =
      'Usage: t [options]\n\nOptions:\n  --act <name>  activation (choices: "relu", "tanh", default: "relu")\n  --lr <x>  rate (default: 0.01)\n';
    expect(argumentsIn(help)).toMatchObject([
      { name: 'act', choices: ['relu', 'tanh'], default: 'relu' },
      { name: 'lr', default: '0.01' },
    ]);
  });

  it('says that a program does not exist', async () => {
    expectRefused(await hypertide(directory(), 'init', '--', 'no-such-program', 'train.py'));
  });

  it('writes an example without a program, and explains why a program has no help', async () => {
    const place = directory();
    expect(await hypertide(place, 'init')).toMatchObject({ code: 0 });
    expect((await readStudyFile(join(place, 'study.yaml'))).options).toMatchObject({ objectives: { value: 'minimize' }, trials: 100 });
    const program = join(place, 'broken.mjs');
    writeFileSync(program, 'console.error("no help"); process.exit(3)');
    writeFileSync(join(place, 'strict.mjs'), 'throw new TypeError("Unknown option --help")');
    const strict = await hypertide(place, 'init', '--output', 'b.yaml', '--', 'node', join(place, 'strict.mjs'));
    expect(strict.err).toContain('exited 1: TypeError: Unknown option --help; "hypertide init" alone writes an example');
    expectRefused(await hypertide(place, 'init', '--output', 'b.yaml', '--', 'node', program));
  });
});
