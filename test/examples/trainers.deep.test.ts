import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breachesOf } from '../../tools/conform/conform.ts';
import { start } from '../cli/support.ts';
import { natsOfTests } from '../support/natsOfTests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'examples/trainers');
const scratch = mkdtempSync(join(tmpdir(), 'hypertide-trainers-'));

/** The trainers: the command of each, before its arguments, and the file that follows the protocol. */
const trainers = {
  TypeScript: { command: [process.execPath, '--import', 'tsx', join(folder, 'trainer.ts')], file: 'trainer.ts' },
  Python: { command: ['python3', join(folder, 'trainer.py')], file: 'trainer.py' },
  Go: { command: [join(scratch, 'trainer')], file: 'go/trainer.go' },
} as const;
const languages = Object.keys(trainers) as (keyof typeof trainers)[];

const server = natsOfTests();
beforeAll(async () => {
  const go = execFileSync(join(root, 'test/scripts/ensure-go.sh'), { encoding: 'utf8' }).trim();
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };
  execFileSync(go, ['build', '-o', join(scratch, 'trainer'), './examples/trainers/go'], { cwd: root, env, stdio: 'inherit' });
}, 600_000);
afterAll(async () => {
  rmSync(scratch, { recursive: true });
});

describe.concurrent.each(languages)('the reference trainer in %s', (language) => {
  it('has at most 60 lines', () => {
    const lines = readFileSync(join(folder, trainers[language].file), 'utf8').split('\n');
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(60);
  });

  it('drives a study to its end', async () => {
    const study = `plain-${language.toLowerCase()}`;
    const file = join(scratch, `${study}.yaml`);
    writeFileSync(file, readFileSync(join(folder, 'study.yaml'), 'utf8').replace('name: plain', `name: ${study}`));
    const engine = start(root, 'serve', file, '--nats', server.url, '--once');
    const [program, ...before] = trainers[language].command;
    const trainer = spawn(program, [...before, server.url, study, 'w1'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    expect(await once(trainer, 'exit')).toEqual([0, null]);
    expect(await engine.ended).toMatchObject({ code: 0 });
    const { out } = await start(root, 'trials', `${server.url}/${study}`, '--json').ended;
    const rows = JSON.parse(out);
    expect(rows).toHaveLength(8);
    for (const { status, params, values, step, trainer } of rows)
      expect({ status, values, step, trainer }).toEqual({
        status: 'completed',
        values: { loss: params.x },
        step: params.steps,
        trainer: 'w1',
      });
  });

  it('conforms', async () => {
    expect(await breachesOf(server.url, [...trainers[language].command, '{nats}', '{study}', '{name}'])).toEqual([]);
  });
});
