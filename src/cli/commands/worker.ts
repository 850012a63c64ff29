import { resolve } from 'node:path';
import { attend } from '../../../streams/nats/attend.ts';
import { connectTo } from '../../../streams/nats/connect.ts';
import { createdOn } from '../../../streams/nats/created.ts';
import type { Perform } from '../../../streams/nats/held.ts';
import { checkName } from '../../../streams/nats/subjects.ts';
import { spaceOf } from '../../../streams/noted.ts';
import type { Params } from '../../facts/facts.ts';
import { onInterrupt } from '../interrupt.ts';
import { live } from '../live.ts';
import { startTrial } from '../trainers.ts';
import { commandOf } from './run.ts';

export interface WorkerOptions {
  readonly nats: string;
  readonly study: string;
  readonly nkey?: string;
  readonly name?: string;
  readonly parallel?: number;
  readonly timeLimit?: number;
  readonly directory?: string;
}

/** `hypertide worker`: a trainer that runs a program for each trial. Resolves with the exit status. */
export async function work(words: readonly string[], options: WorkerOptions): Promise<number> {
  const { nats, nkey, name, parallel = 1, timeLimit } = options;
  const study = checkName('--study', options.study);
  if (name !== undefined) checkName('--name', name);
  const screen = live();
  const nc = await connectTo(nats, {
    ...(nkey !== undefined && { nkey }),
    ...(name !== undefined && { inboxPrefix: `_INBOX_${name}`, name }),
  });
  const gone = new AbortController();
  let interrupted = () => gone.abort();
  const release = onInterrupt(() => interrupted());
  try {
    const created = await createdOn(nc, study, gone.signal).catch(() => undefined);
    if (!created) return 130;
    const settings = {
      study,
      command: commandOf(words, spaceOf(created)),
      objectives: created.objectives.map((objective) => objective.name),
      directory: resolve(options.directory ?? `${study}.trials`),
      warn: screen.line,
      ...(timeLimit !== undefined && { timeLimit }),
    };
    const slots = new Set(Array.from({ length: parallel }, (_, slot) => slot));
    const perform: Perform<Params> = ({ suggestion, run, say }) => {
      const [slot] = slots as Set<number> & Iterable<number>;
      slots.delete(slot!);
      let wanted = true;
      const { process, end } = startTrial(settings, suggestion, run, slot!, say.report);
      void end.then((event) => {
        slots.add(slot!);
        screen.line(`trial ${suggestion.trial} ${event.type}${event.type === 'failed' ? `: ${event.message}` : ''}`);
        say.end(wanted ? event : undefined);
      });
      const abandon = () => {
        wanted = false;
        process.preempt();
      };
      return { stop: process.stop, preempt: process.preempt, abandon };
    };
    const trainer = attend<Params>(nc, study, perform, { slots: parallel, warn: screen.line, ...(name !== undefined && { name }) });
    let ended = false;
    interrupted = () => {
      ended = true;
      void trainer.close();
    };
    await trainer.done;
    return ended ? 130 : 0;
  } finally {
    release();
    await nc.close();
  }
}
