import { dryRunChange } from '../../../streams/engine/dryRun.ts';
import type { Changed, Closed, Command, Limits, Params } from '../../facts/facts.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { closedFact } from '../../ledger/ranking.ts';
import type { TrialId } from '../../messages.ts';
import type { SpaceData } from '../../space/schema.ts';
import { talk } from '../journalFile.ts';
import { dataOf, paramsOf } from '../parseValue.ts';
import type { Study } from '../study.ts';
import { ledgerIn } from '../trialTable.ts';
import { UsageError } from '../usage.ts';

interface SayOptions {
  readonly json?: boolean;
}

/** What a person hears: where the study runs, and where the fact waits for the next run. */
interface Words {
  readonly now: string;
  readonly later: string;
}

/** Says a fact that the study takes in; one that it would refuse is an error, and is not written. */
async function append(
  study: Study,
  factFor: (ledger: Ledger<Params>) => Command | Closed,
  { json }: SayOptions,
  { now, later }: Words,
): Promise<number> {
  const ledger = await ledgerIn(study, study.created);
  const fact = factFor(ledger);
  const { refusal } = ledger.fold({ position: ledger.position + 1, at: 0, fact });
  if (refusal) throw new UsageError(refusal.message);
  const { position, running } = await study.say(fact);
  if (json) process.stdout.write(`${JSON.stringify({ position, fact })}\n`);
  else talk(running ? now : later);
  return 0;
}

/** `hypertide enqueue`: parameters as JSON, or as name=value. */
export async function enqueue(study: Study, words: readonly string[], options: SayOptions): Promise<number> {
  if (words.length === 0) throw new UsageError('expected parameters, as name=value or JSON');
  const { parameters } = study.created.space as SpaceData;
  const factFor = (): Command => ({ type: 'enqueued', params: paramsOf(words, parameters) });
  return append(study, factFor, options, { now: 'it is tried next', later: 'it is tried next, when the study is run' });
}

/** `hypertide retract` */
export async function retract(study: Study, words: readonly string[], options: SayOptions): Promise<number> {
  const trial = trialIn(words);
  return append(study, () => ({ type: 'retracted', trial }), options, both(`the result of trial ${trial} counts no more`));
}

/** `hypertide cancel` */
export async function cancel(study: Study, words: readonly string[], options: SayOptions): Promise<number> {
  const trial = trialIn(words);
  const said = { now: `trial ${trial} is ended`, later: `trial ${trial} is not tried again` };
  return append(study, () => ({ type: 'cancelled', trial }), options, said);
}

/** @throws UsageError */
function trialIn(words: readonly string[]): TrialId {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0 || !/^[1-9]\d*$/.test(word))
    throw new UsageError(`expected the number of a trial, got ${words.join(' ') || 'none'}`);
  return Number(word);
}

/** `hypertide close` */
export const close = (study: Study, options: SayOptions): Promise<number> => {
  const factFor = ({ closed, best }: Ledger<Params>): Closed => {
    if (closed !== undefined) throw new UsageError(`the study is closed already: ${closed}`);
    return closedFact('person', best);
  };
  return append(study, factFor, options, both('the study is closed; hypertide change opens it again'));
};

const both = (said: string): Words => ({ now: said, later: said });

export interface ChangeOptions extends SayOptions {
  readonly trials?: number;
  readonly more?: number;
  readonly target?: number;
  readonly cost?: number;
  readonly seconds?: number;
  readonly plateau?: number;
  readonly parallel?: number;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly strategy?: string;
  readonly rules?: number;
}

/** `hypertide change` */
export async function change(study: Study, options: ChangeOptions): Promise<number> {
  const { parallel, pause = false, resume = false, strategy, rules } = options;
  if (pause && resume) throw new UsageError('--pause and --resume: expected one of them');
  const data: unknown = strategy === undefined ? undefined : dataOf('--strategy', strategy);
  const factFor = (ledger: Ledger<Params>): Command => {
    const instead = data === undefined ? undefined : dryRunChange(ledger, data);
    const limits = limitsOf(options, ledger);
    const changed: Changed = {
      type: 'changed',
      ...(limits && { limits }),
      ...(parallel !== undefined && { parallel }),
      ...((pause || resume) && { paused: pause }),
      ...(instead !== undefined && { strategy: instead }),
      ...(rules !== undefined && { rules }),
    };
    if (Object.keys(changed).length > 1) return changed;
    throw new UsageError(
      'nothing to change: expected --trials, --more, --target, --cost, --seconds, --plateau, --parallel, --pause, --resume, --strategy or --rules',
    );
  };
  return append(study, factFor, options, { now: 'changed', later: 'changed, for the next run of the study' });
}

/** `more`: beyond those that were planned, or, where there was no plan, beyond those that there are. */
function limitsOf(options: ChangeOptions, { settings, configurations }: Ledger<Params>): Limits | undefined {
  const { more, target, cost, seconds, plateau } = options;
  if (options.trials !== undefined && more !== undefined) throw new UsageError('--trials and --more: expected one of them');
  const trials = more === undefined ? options.trials : Math.max(settings.limits.trials ?? 0, configurations) + more;
  const limits = Object.entries({ trials, target, cost, seconds, plateau }).filter(([, limit]) => limit !== undefined);
  return limits.length > 0 ? Object.fromEntries(limits) : undefined;
}
