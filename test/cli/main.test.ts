import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { command } from '../support/command.ts';

const [program, ...words] = command;

/** Runs the command as if Node had a version. */
const runOn = (node: string) => {
  const versions = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } })`;
  return spawnSync(program, ['--import', `data:text/javascript,${encodeURIComponent(versions)}`, ...words, '--version'], {
    encoding: 'utf8',
  });
};

it.each(['18.20.8', '20.18.3'])('with Node %s, the command prints which version it needs', (node) => {
  expect(runOn(node)).toMatchObject({ status: 2, stdout: '', stderr: `hypertide: expected Node 20.19 or newer, this is ${node}\n` });
});

it.each(['20.19.0', '24.1.0'])('Node %s runs it', (node) => {
  expect(runOn(node)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

it('the file that Node runs first imports nothing before it has checked the version', () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(engines.node).toBe('>=20.19');
  const source = readFileSync(new URL('../../src/cli/main.ts', import.meta.url), 'utf8');
  expect(source).not.toMatch(/^import /m);
  const built = words.at(-1)!;
  if (built.endsWith('.js')) expect(readFileSync(built, 'utf8')).not.toMatch(/^import /m);
});
