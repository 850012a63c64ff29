import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directory, hypertide } from './support.ts';

const scriptFor = async (shell: string) => (await hypertide(directory(), 'dev', 'completion', shell)).out;

describe('completion in bash', async () => {
  const script = join(mkdtempSync(join(tmpdir(), 'hypertide-bash-')), 'script');
  writeFileSync(script, await scriptFor('bash'));
  /** What bash offers for the last word. */
  const offered = (...words: readonly string[]) => {
    const program = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hypertide; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', program, script, ...words], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.split('\n').filter(Boolean);
  };

  it.each([
    [['hypertide', 're'], ['resume']],
    [['hypertide', 'trial', 'lo'], ['logs']],
    [['hypertide', 'trial', 'logs', 'study.jsonl', '--f'], ['--follow']],
    [['hypertide', 'trials', '--status', 'c'], ['completed']],
    [
      ['hypertide', 'run', '--fsync', ''],
      ['always', 'interval', 'never'],
    ],
    [['hypertide', 'server', 'u'], ['users']],
    [['hypertide', 'trial', 'logs', 'stu'], []], // then bash completes files
    [['hypertide', 'run', 'study.yaml', '--', 'python', '--'], []],
    [['hypertide', 'unknown', '--'], []],
  ])('%j', (words, expected) => expect(offered(...words)).toEqual(expected));
});

it.each(['bash', 'zsh', 'fish'])('the script for %s has every command with its options', async (shell) => {
  const { out } = await hypertide(directory(), '--help');
  const script = await scriptFor(shell);
  for (const [, name] of out.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)) expect(script).toContain(name);
  expect(script).toContain(shell === 'fish' ? '-l follow' : '--follow');
  expect(script).toContain('completed');
});

it('another shell is refused', async () => {
  const { code, err } = await hypertide(directory(), 'dev', 'completion', 'csh');
  expect(code).toBe(2);
  expect(err).toContain('bash, zsh, fish');
});
