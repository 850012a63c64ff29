import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from './member.ts';
import { STUDY } from './study.ts';

/** An engine with a monitor at a port. */
export interface MonitoredEngine {
  readonly member: Member;
  readonly port: number;
}

/** Milliseconds in which an engine serves its study again after a fault, besides the time that the fault lasts. */
const PATIENCE = 30_000;
/** Milliseconds between two checks, at most. */
const LOOK = 2000;
/** Milliseconds for an answer. */
const ANSWER = 5000;

const answerOf = (port: number, path: string): Promise<string> =>
  fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(ANSWER) }).then((answer) => answer.text());

/** Why an engine does not serve its study now; undefined if it does. */
async function whyNotReady({ port }: MonitoredEngine): Promise<string | undefined> {
  try {
    const text = await answerOf(port, 'readyz');
    const { ready, studies } = JSON.parse(text) as { readonly ready: boolean; readonly studies: Readonly<Record<string, object>> };
    return ready && STUDY in studies ? undefined : text;
  } catch (error) {
    return (error as Error).message;
  }
}

/** How often the engine of the study was started again in the processes that run now. */
export async function restartsOf(engines: readonly MonitoredEngine[]): Promise<number> {
  const texts = await Promise.all(engines.map(({ port }) => answerOf(port, 'metrics').catch(() => '')));
  return texts.reduce((sum, text) => sum + Number(/^hypertide_study_restarts_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0), 0);
}

/** Checks that every engine serves its study again soon after any fault. */
export function readiness(engines: readonly MonitoredEngine[]) {
  /** The engines that do not serve now: the name of the process, and for how many milliseconds. */
  const idle = new Map<MonitoredEngine, { readonly name: string; readonly for: number }>();
  const late = new Map<string, string>();
  let looked = performance.now();
  const look = async () => {
    const now = performance.now();
    const passed = Math.min(now - looked, LOOK); // a fault may have lasted for longer since the last time
    looked = now;
    const checked = engines.map(async (engine) => {
      const { alive, name, wellAt } = engine.member;
      const isDisturbed = Number.isFinite(wellAt) && wellAt > now;
      const why = alive && !isDisturbed ? await whyNotReady(engine) : undefined;
      const before = idle.get(engine);
      idle.delete(engine);
      if (why === undefined || late.has(name)) return;
      const lasts = before?.name === name ? before.for + passed : 0;
      if (lasts > PATIENCE) late.set(name, `${name} does not serve the study for ${PATIENCE / 1000} s: ${why}`);
      else idle.set(engine, { name, for: lasts });
    });
    await Promise.all(checked);
  };
  return {
    /** One sentence for each process of an engine that was late. */
    violations: () => [...late.values()],
    look,
    /** Waits until every engine serves, or is late. */
    settle: async () => {
      do {
        await look();
        await sleep(200);
      } while (idle.size > 0);
    },
  };
}
