import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { relocated } from '../../src/stores/trialFiles.ts';

it('a checkpoint is looked for elsewhere only if it is not where the log says', () => {
  const [own, other] = ['own', 'other'].map((name) => {
    const directory = mkdtempSync(join(tmpdir(), `hypertide-${name}-`));
    mkdirSync(join(directory, 'trial-3'));
    writeFileSync(join(directory, 'trial-3', 'e.pt'), name);
    return directory;
  }) as [string, string];
  const there = join(other, 'trial-3', 'e.pt');
  expect(relocated(there, own)).toBe(there);
  expect(relocated('/gone/trial-3/e.pt', own)).toBe(join(own, 'trial-3', 'e.pt'));
  expect(relocated('/gone/trial-4/e.pt', own)).toBe('/gone/trial-4/e.pt');
});
