import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePage } from '../../test/support/build.ts';
import type { Attack } from './attack.ts';
import { attacks } from './cases.ts';

/** What a process found out about an attack. */
export interface Finding extends Omit<Attack, 'succeeds'> {
  readonly succeeded: boolean;
  /** Why it could not be tried. */
  readonly error?: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tries attacks in a process of its own. @param open whether the server lets every user do everything */
async function tryAll(open: boolean, wanted: readonly Attack[]): Promise<readonly Finding[]> {
  if (wanted.length === 0) return [];
  const args = [JSON.stringify({ open, names: wanted.map(({ area, what }) => `${area} ${what}`) })];
  const child = fork(join(root, 'tools/attack/child.ts'), args, { cwd: root, execArgv: ['--import', import.meta.resolve('tsx')] });
  const findings: Finding[] = [];
  child.on('message', (finding) => findings.push(finding as Finding));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the attacks ended with status ${code}`);
  return findings;
}

/** What attacks did, and what those on rights did on a server without rights, where they must succeed. */
export async function attackAll(only: (attack: Attack) => boolean = () => true) {
  await ensurePage();
  const wanted = attacks.filter(only);
  const [held, controls] = await Promise.all([
    tryAll(false, wanted),
    tryAll(
      true,
      wanted.filter(({ guard }) => guard === 'configuration'),
    ),
  ]);
  return { held, controls };
}
