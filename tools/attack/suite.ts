import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePage } from '../../test/support/build.ts';
import type { Area } from './attack.ts';
import { attacks } from './cases.ts';
import { type Guard, groups } from './guards.ts';
import { projectWithout } from './without.ts';

/** What a process found out about an attack. */
export interface Finding {
  readonly area: Area;
  readonly what: string;
  readonly guard: Guard;
  readonly succeeded: boolean;
  /** Why it could not be tried. */
  readonly error?: string;
}

/** An attack with and without its guard. */
export interface Row extends Omit<Finding, 'succeeded'> {
  readonly succeeded: boolean;
  /** Whether it succeeds without its guard. */
  readonly control: boolean;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Tries attacks in a process of its own. @param guards whose attacks to try */
async function tryIn(
  project: string,
  how: { readonly open: boolean; readonly isGuarded: boolean },
  guards: readonly Guard[],
): Promise<Finding[]> {
  const args = [JSON.stringify({ ...how, guards })];
  const child = fork(join(project, 'tools/attack/child.ts'), args, { cwd: project, execArgv: ['--import', import.meta.resolve('tsx')] });
  const findings: Finding[] = [];
  child.on('message', (finding) => findings.push(finding as Finding));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the attacks ${guards.join(', ')} ended with status ${code}`);
  return findings;
}

async function control(guards: readonly Guard[]): Promise<Finding[]> {
  if (guards.includes('configuration')) return tryIn(root, { open: true, isGuarded: false }, guards);
  const project = projectWithout(guards);
  try {
    return await tryIn(project, { open: false, isGuarded: false }, guards);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

const keyOf = ({ area, what }: Pick<Finding, 'area' | 'what'>): string => `${area}: ${what}`;

/** Tries all attacks with their guards, and each again without its guard. */
export async function attackAll(only: (attack: Pick<Finding, 'area' | 'what'>) => boolean = () => true): Promise<Row[]> {
  await ensurePage();
  const wanted = new Set(attacks.filter(only).map(({ guard }) => guard));
  const each = [...groups(), ['configuration'] as Guard[]].map((group) => group.filter((guard) => wanted.has(guard)));
  const guarded = tryIn(root, { open: false, isGuarded: true }, [...wanted]);
  const open = new Map<string, Finding>();
  for (const group of each) {
    if (group.length > 0) for (const finding of await control(group)) open.set(keyOf(finding), finding);
  }
  return (await guarded).filter(only).map((finding) => {
    const other = open.get(keyOf(finding));
    const error = finding.error ?? other?.error;
    return { ...finding, control: other?.succeeded ?? false, ...(error !== undefined && { error }) };
  });
}
