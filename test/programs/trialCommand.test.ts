import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { checkIsProgram } from '../../src/programs/trialCommand.ts';
import { directory } from '../cli/support.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('names the Python that exists, if the command names the other', () => {
  const path = directory();
  vi.stubEnv('PATH', path);
  expect(() => checkIsProgram('python')).toThrow(/^python: there is no such program$/);
  writeFileSync(join(path, 'python3'), '');
  expect(() => checkIsProgram('python')).toThrow('python: there is no such program; did you mean python3?');
  expect(() => checkIsProgram('python3')).not.toThrow();
  expect(() => checkIsProgram('pyhton3')).toThrow(/program$/);
});
