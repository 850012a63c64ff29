import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tests, and programs that they start, make their temporary files in one folder, which is removed after the last test. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'ht-')); // short, since paths of sockets have at most 107 bytes
  process.env.TMPDIR = folder;
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // A program that a test has killed still writes: no reason to fail.
    }
  };
}
