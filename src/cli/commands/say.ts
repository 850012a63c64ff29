import { parse } from 'yaml';
import { parseStrategy } from '../../../streams/spec.ts';
import type { Changed, Fact, Limits, Params } from '../../facts/facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { SpaceData } from '../../space/schema.ts';
import { openStudy, talk } from '../journalFile.ts';
import { paramsOf } from '../typed.ts';
import { UsageError } from '../usage.ts';

/** Appends a fact that the study takes in; one that it would refuse is an error, and is not written. */
async function append(path: string, factFor: (ledger: Ledger<Params>) => Fact): Promise<void> {
  const { log, ledger } = await openStudy(path);
  try {
    const fact = factFor(ledger);
    const effect = ledger.fold({ position: ledger.position + 1, at: 0, fact });
    if (effect.type === 'refused') throw new UsageError(effect.refusal.message);
    await log.append(fact);
  } finally {
    await log.close();
  }
}

/** `hypertide enqueue`: parameters as JSON, or as name=value. */
export async function enqueue(path: string, words: readonly string[]): Promise<number> {
  await append(path, ({ created }) => ({ type: 'enqueued', params: paramsOf(words, (created!.space as SpaceData).parameters) }));
  talk('it is tried next, when the study is run');
  return 0;
}

/** `hypertide retract` */
export async function retract(path: string, trial: number): Promise<number> {
  await append(path, () => ({ type: 'retracted', trial }));
  talk(`the result of trial ${trial} counts no more`);
  return 0;
}

/** `hypertide cancel` */
export async function cancel(path: string, trial: number): Promise<number> {
  await append(path, () => ({ type: 'cancelled', trial }));
  talk(`trial ${trial} is not tried again`);
  return 0;
}

export interface ChangeOptions {
  readonly trials?: number;
  readonly more?: number;
  readonly parallel?: number;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly strategy?: string;
}

/** `hypertide change` */
export async function change(path: string, options: ChangeOptions): Promise<number> {
  const { parallel, pause = false, resume = false, strategy } = options;
  if (pause && resume) throw new UsageError('--pause and --resume: expected one of them');
  const data: unknown = strategy === undefined ? undefined : parse(strategy);
  if (data !== undefined) parseStrategy(data);
  await append(path, (ledger) => {
    const limits = limitsOf(options, ledger);
    const changed: Changed = {
      type: 'changed',
      ...(limits && { limits }),
      ...(parallel !== undefined && { parallel }),
      ...((pause || resume) && { paused: pause }),
      ...(data !== undefined && { strategy: data }),
    };
    if (Object.keys(changed).length > 1) return changed;
    throw new UsageError('nothing to change: expected --trials, --more, --parallel, --pause, --resume or --strategy');
  });
  talk('changed, for the next run of the study');
  return 0;
}

/** `more`: beyond those that were planned, or, where there was no plan, beyond those that there are. */
function limitsOf({ trials, more }: ChangeOptions, { settings, configurations }: Ledger<Params>): Limits | undefined {
  if (trials !== undefined && more !== undefined) throw new UsageError('--trials and --more: expected one of them');
  if (more !== undefined) return { trials: Math.max(settings.limits.trials ?? 0, configurations) + more };
  return trials === undefined ? undefined : { trials };
}
