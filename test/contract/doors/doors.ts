import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseStrategy } from 'hypertide/strategies';
import type { Changes } from '../../../src/study/intents.ts';
import type { Annotation } from '../../../src/study/trials.ts';
import { memoryLog } from '../../../streams/core.ts';
import { createStudy } from '../../../streams/index.ts';
import { openJournal, openStudy } from '../../../streams/journal.ts';
import { type Door, type DoorStudy, type Expected, type Handle, type Said, SPACE, type Way } from './door.ts';

/** What facts say in words of a handle. */
async function record(study: Handle, { type, trial, values, step, metrics, results, reason, message }: Said) {
  const named = typeof values === 'number' ? { value: values } : values!;
  if (type === 'completed') return void (await study.tell(trial, typeof values === 'object' ? { values } : values));
  if (type === 'failed') return void (await study.fail(trial, reason, message));
  if (type === 'stopped') return void (await study.stopped(trial));
  return results ? study.reportExample(trial, results[0]![0]!, { values: named }) : study.report(trial, values!, step, metrics);
}

/** A way by a handle. @param kill see there */
export function byHandle(study: Handle, kill?: () => Promise<unknown>): Way {
  return {
    study,
    ...(kill && { kill }),
    ask: ({ run: _, ...asking } = {}) => study.ask(asking),
    record: (fact) => record(study, fact),
    submit: async (intent) => {
      if (intent.type === 'enqueue') return study.enqueue(intent.params, intent.rest && { rest: intent.rest });
      if (intent.type === 'propose') return study.propose(intent.proposer, intent.params, intent);
      if (intent.type === 'cancel') return study.cancel(intent.trial);
      if (intent.type === 'retract') return study.retract(intent.trial);
      const { type, ...fields } = intent;
      if (type === 'annotate') return study.annotate(fields as Annotation);
      const { paused, ...changes } = fields as Changes;
      return paused === undefined ? study.change(changes) : paused ? study.pause() : study.resume();
    },
    read: {
      trials: async () => study.trials(),
      best: async () => study.best(),
      why: async (trial) => Object.keys(await study.why(trial)).sort(),
      importance: (objective) => study.importance(objective),
    },
    close: () => study.close(),
  };
}

const NO_NAMES = 'a handle names no claims and requests';
export const NAMES = { '3': NO_NAMES, '9 the same result': NO_NAMES, '13': NO_NAMES };

/** A door to a study of this process. @param opener opens the study of a place again, as something that is expected */
export const here = (name: string, opener: (study: DoorStudy) => Promise<(expected?: Expected) => Promise<Handle>>): Door => ({
  name,
  isHandle: true,
  lacks: { ...NAMES, '32': 'a process cannot lose its own trainers' },
  begin: async ({ lease: _, ...study }) => {
    const openStudy = await opener(study);
    let current: Handle | undefined;
    const end = async () => {
      await current?.close();
      current = undefined;
    };
    return {
      open: async (expected) => {
        if (expected) await end();
        current ??= await openStudy(expected);
        return { ...byHandle(current), close: end };
      },
      restart: end,
      end,
    };
  },
});

export const begun = ({ strategy = 'random', ...study }: DoorStudy, more: object = {}, space = SPACE) =>
  createStudy(space, { study: 'digits', seed: 1, strategy: parseStrategy(strategy), warn: () => {}, ...study, ...more }) as Handle;

export const memory = here('memory', async (study) => {
  const log = memoryLog();
  return async ({ space = SPACE, ...objectives } = {}) => {
    const made = begun(study, { ...objectives, log: { ...log, close: async () => {} } }, space);
    await made.ready();
    return made;
  };
});

export const journal = here('journal', async (study) => {
  const path = join(mkdtempSync(join(tmpdir(), 'door-')), 'digits.jsonl');
  const first = begun(study, { log: await openJournal(path) });
  await first.ready();
  await first.close();
  return (expected) => openStudy(path, { space: SPACE, warn: () => {}, ...expected });
});
