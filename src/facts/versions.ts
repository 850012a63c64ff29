import type { Refusal } from './refusal.ts';

/**
 * Version of the form of a log: its facts and their fields. The first fact records it, and the versions below.
 *
 * - 1: the facts as `facts.ts` describes them.
 */
export const FORMAT = 1;

/**
 * Version of the rules that decide which facts count, for new studies. A log keeps the rules that it began with, so that it always folds alike.
 *
 * - 1: the first claim of an attempt holds it, a trainer only writes about runs that it has claimed, and one result ends a trial.
 *
 * To add a version, raise the number, describe it here, and ask `rules` of the settings where the ledger does something else from then on.
 */
export const RULES = 1;

/**
 * Version of the decisions of strategies, for new suggestions. A study that began with another version continues with this one.
 *
 * - 1: the suggestions in `test/golden`.
 *
 * To add a version, raise the number with a change after which the same log gives other suggestions, and describe it here. Suggestions then record
 * it in logs that began with another one, and `verify` recomputes only those of this version.
 */
export const DECISIONS = 1;

/** Why this version of hypertide cannot read a log, by its first fact. */
export function refuseVersions({ format, rules, v }: Readonly<Record<string, unknown>>): Refusal | undefined {
  if (format === undefined && v !== undefined)
    return refuse('an unreleased version of hypertide wrote this log; commit a2bcf21b is the last one that reads it');
  return refuseLater('format', format, FORMAT) ?? refuseLater('rules', rules, RULES);
}

const refuseLater = (name: string, found: unknown, known: number): Refusal | undefined =>
  typeof found === 'number' && found > known
    ? refuse(`a newer version of hypertide wrote this log, with ${name} ${found}; open it with that version`)
    : undefined;

const refuse = (message: string): Refusal => ({ code: 'other-version', message });

/** The version of the decisions that made a suggestion. */
export const decisionsOf = (suggestion: { readonly decisions?: number }, created: { readonly decisions: number }): number =>
  suggestion.decisions ?? created.decisions;
