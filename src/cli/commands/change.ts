import { pausingIn } from '../../../streams/spec/defaults.ts';
import type { Changed, Limits } from '../../facts/facts.ts';
import type { Settings } from '../../ledger/settings.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { ledgerIn } from '../../stores/trialTable.ts';
import { checkResuming } from '../../studyFile/checkResuming.ts';
import { parseData } from '../../text/parseData.ts';
import { UsageError } from '../../text/usage.ts';
import { act } from '../act.ts';
import { onStudy } from '../command.ts';
import { anyNumber, type Kind, many, positiveNumber, time, value, wholeNumber } from '../parts.ts';

/** A limit, or by how much to raise it. */
const trialCount: Kind<{ readonly trials: number } | { readonly more: number }> = {
  expected: 'a whole number of at least 1, or +10 to raise the limit by 10',
  read: (word) => {
    const count = wholeNumber.read(word.replace(/^\+/, ''));
    if (count === undefined) return undefined;
    return word.startsWith('+') ? { more: count } : { trials: count };
  },
};

/** The most of the sum of a metric. */
const spending: Kind<readonly [metric: string, most: number]> = {
  expected: 'a metric and a number of at least 0, such as usd=10',
  read: (word) => {
    const at = word.lastIndexOf('=');
    const most = anyNumber.read(word.slice(at + 1));
    return at > 0 && most !== undefined && most >= 0 ? [word.slice(0, at), most] : undefined;
  },
};

/** Each limit of a metric on its own. */
const single = ({ spend = {}, ...limits }: Limits): Readonly<Record<string, unknown>> => ({
  ...limits,
  ...Object.fromEntries(Object.entries(spend).map(([metric, most]) => [`spend ${metric}`, most])),
});

/** The numbers that a change has changed, from the old to the new. */
function differences({ limits, parallel, priority }: Settings, fact: Changed): string {
  const before: Readonly<Record<string, unknown>> = { ...single(limits), parallel, priority };
  const after = Object.entries(omitUndefined({ ...single(fact.limits ?? {}), parallel: fact.parallel, priority: fact.priority }));
  const told = after.map(([name, value]) => `${name} ${before[name] ?? 'none'} -> ${value}`);
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

export const command = onStudy({
  description: 'Change limits, strategy or pace of a study. Reopens a closed study.',
  options: {
    trials: value('n', 'configurations to try in total, or +10 for ten more', { kind: trialCount }),
    target: value('value', 'value of the first objective that ends the study', { kind: anyNumber }),
    cost: value('steps', 'steps that all trials together may take', { kind: positiveNumber }),
    spend: many('metric=n', 'the most of the sum of a metric, such as usd=10', { kind: spending }),
    seconds: value('time', 'time that a process may work on the study, from each of its starts', { kind: time }),
    plateau: value('n', 'results in a row without improvement that end it', { kind: wholeNumber }),
    parallel: value('n', 'trials at a time', { kind: wholeNumber }),
    priority: value('n', 'share of the time of workers of several studies (default: 1)', { kind: positiveNumber }),
    strategy: value('data', 'new strategy, a name or YAML'),
  },
  run: async (study, { trials: count, target, cost, spend, seconds, plateau, parallel, priority, strategy }) => {
    const { trials, more } = { trials: undefined, more: undefined, ...count };
    const data = strategy === undefined ? undefined : parseData('--strategy', strategy);
    const { settings } = await ledgerIn(study, study.created);
    if (data !== undefined) checkResuming({ strategy: data, resumes: settings.resumes || pausingIn(settings.strategy) !== undefined });
    const limits = omitUndefined({ trials, target, cost, spend: spend && Object.fromEntries(spend), seconds, plateau });
    const others = omitUndefined({ more, parallel, priority, strategy: data });
    if (Object.keys({ ...limits, ...others }).length === 0) throw new UsageError('nothing to change: give at least one option');
    const told = (fact: unknown) => `changed${differences(settings, fact as Changed)}`;
    return act(study, { type: 'change', limits, ...others }, told, (fact) => `${told(fact)}; the next run of the study applies it`);
  },
});
