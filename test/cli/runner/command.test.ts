import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { checkProgram } from '../../../src/cli/runner/command.ts';
import { directory } from '../support.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('names the Python that exists, if the command names the other', () => {
  const path = directory();
  vi.stubEnv('PATH', path);
  expect(() => checkProgram('python')).toThrow(/^python: there is no such program$/);
  writeFileSync(join(path, 'python3'), '');
  expect(() => checkProgram('python')).toThrow('python: there is no such program; did you mean python3?');
  expect(() => checkProgram('python3')).not.toThrow();
  expect(() => checkProgram('pyhton3')).toThrow(/program$/);
});
