import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPlatform } from '../../src/host/platform/platformFile.ts';
import { type Rendered, renderAll } from '../../src/host/platform/render.ts';

/** What a platform.yaml with these keys renders. @param secrets those that exist */
export async function rendered(keys: object, secrets: Rendered['keys'] = {}): Promise<Rendered> {
  const folder = mkdtempSync(join(tmpdir(), 'platform-'));
  try {
    const path = join(folder, 'platform.yaml');
    writeFileSync(path, JSON.stringify(keys));
    return await renderAll(await readPlatform(path), (name) => secrets[name]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
