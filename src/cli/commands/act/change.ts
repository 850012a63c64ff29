import { pausingIn } from '../../../../streams/spec/defaults.ts';
import type { Changed, Limits } from '../../../facts/facts.ts';
import type { Settings } from '../../../ledger/settings.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { ledgerIn } from '../../../stores/trialTable.ts';
import { checkResuming } from '../../../studyFile/checkResuming.ts';
import { parseData } from '../../../text/parseData.ts';
import { UsageError } from '../../../text/usage.ts';
import { type ActOptions, act } from '../../act.ts';

interface ChangeOptions extends ActOptions, Pick<Limits, 'trials' | 'target' | 'cost' | 'seconds' | 'plateau'> {
  readonly more?: number;
  readonly parallel?: number;
  readonly priority?: number;
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly strategy?: string;
  /** The trainer resumes from checkpoints. */
  readonly resumes?: boolean;
}

const OPTIONS = '--trials, --more, --target, --cost, --seconds, --plateau, --parallel, --priority, --pause, --resume and --strategy';

/** The numbers that a change has changed, from the old to the new. */
function differences({ limits, parallel, priority }: Settings, fact: Changed): string {
  const before: Readonly<Record<string, unknown>> = { ...limits, parallel, priority };
  const after = Object.entries(omitUndefined({ ...fact.limits, parallel: fact.parallel, priority: fact.priority }));
  const told = after.map(([name, value]) => `${name} ${before[name] ?? 'none'} -> ${value}`);
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

/** `hypertide change` */
export async function change(study: CommandStudy, options: ChangeOptions): Promise<number> {
  const { trials, more, target, cost, seconds, plateau, parallel, priority, pause, resume, strategy } = options;
  if (options.resumes && strategy === undefined) throw new UsageError('--resumes: expected --strategy as well');
  if (pause && resume) throw new UsageError('expected --pause or --resume, got both');
  if (trials !== undefined && more !== undefined) throw new UsageError('expected --trials or --more, got both');
  const data = strategy === undefined ? undefined : parseData('--strategy', strategy);
  if (data !== undefined) {
    const { settings } = await ledgerIn(study, study.created);
    const resumes = options.resumes || settings.resumes || pausingIn(settings.strategy) !== undefined;
    checkResuming({ strategy: data, resumes, declaration: 'add --resumes' });
  }
  const changes = omitUndefined({
    limits: omitUndefined({ trials, target, cost, seconds, plateau }),
    more,
    parallel,
    priority,
    paused: pause || resume ? pause === true : undefined,
    strategy: data,
    resumes: options.resumes,
  });
  const { limits, ...others } = changes;
  if (Object.keys({ ...limits, ...others }).length === 0) throw new UsageError(`nothing to change: give at least one of ${OPTIONS}`);
  const before = options.json ? undefined : (await ledgerIn(study, study.created)).settings;
  const told = (fact: unknown) => `changed${before === undefined ? '' : differences(before, fact as Changed)}`;
  return act(study, { type: 'change', ...changes }, options, told, (fact) => `${told(fact)}; the next run of the study applies it`);
}
