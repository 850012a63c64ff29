import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, pages } from '../support/documents.ts';
import { natsServer } from '../support/nats.ts';
import { follow, programsOf } from '../support/walkthrough.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = join(root, 'test/python');

describe('the wheel', { timeout: 900_000 }, () => {
  let folder: string;
  let python: string;
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
    return stdout;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
    python = run('sh', join(root, 'test/scripts/ensure-python.sh')).trim();
    execFileSync('npm', ['run', 'wheel'], { cwd: root, env: { ...process.env, PYTHON: python }, stdio: 'ignore' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The python of a new virtual environment, in which the wheel is installed without an index. */
  const installed = (name: string, ...options: string[]): string => {
    run(python, '-m', 'venv', ...options, name);
    const [wheel] = readdirSync(join(root, 'dist-python')).filter((file) => file.endsWith('.whl'));
    run(join(folder, name, 'bin/pip'), 'install', '--no-index', join(root, 'dist-python', wheel!));
    return join(folder, name, 'bin/python');
  };
  let libraries: string | undefined;
  /** The same with the libraries of the system, made once. */
  const withLibraries = (): string => {
    libraries ??= installed('libraries', '--system-site-packages');
    return libraries;
  };

  it('runs the programs of the documents in a clean environment', async () => {
    const own = installed('clean');
    for (const [name, { code, note }] of blocksOf(['README.md', ...pages, 'src/python/README.md'], 'python')) {
      if (note === 'no-run' || !code.includes('import hypertide')) continue;
      const cwd = mkdtempSync(join(folder, 'block-'));
      writeFileSync(join(cwd, 'block.py'), code);
      expect(() => execFileSync(own, ['block.py'], { cwd, stdio: 'pipe' }), name).not.toThrow();
    }
    mkdirSync(join(folder, 'tutorial'));
    await follow('docs/tutorials/python.md', join(folder, 'tutorial'), join(folder, 'clean/bin'));
    expect(run(join(folder, 'clean/bin/hypertide'), '--version').trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('prints what the README says, block by block', async () => {
    const server = await natsServer();
    const home = join(folder, 'readme');
    mkdirSync(home);
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules')); // the packages of a reader, whose programs are modules
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
    const programs = [dirname(withLibraries()), programsOf(join(folder, 'programs'))].join(delimiter);
    await follow('README.md', home, programs, { NATS_URL: server.url }).finally(() => server.dispose());
  });

  it('passes the tests in Python, some of which use scikit-learn, XGBoost, Optuna and a notebook', () => {
    run(withLibraries(), '-m', 'pytest', '-q', '-p', 'no:cacheprovider', here);
  });

  it.each([
    ['torch_digits.py', /\d+ of 30 trials were stopped early: \d+ epochs instead of 810/],
    ['xgboost_conditional.py', /\ngbtree best 0\.\d+ of \d+ trials\ndart best 0\.\d+ of \d+ trials/],
  ])('runs the example %s', (name, end) => {
    const own = withLibraries();
    const env = { ...process.env, PATH: `${dirname(own)}:${process.env.PATH}` };
    const shown = execFileSync(own, [join(root, 'examples/python', name)], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(shown).toMatch(end);
  });
});
