import { nearest } from '../../schema/nearest.ts';
import { ownValue } from '../../schema/ownValue.ts';
import { fault } from '../check.ts';
import type { PriorData } from '../prior.ts';
import type { Dimension, Dimensions } from '../types/dimension.ts';
import { type Value, valueKey } from '../value.ts';
import { boostingIn } from './boosting.ts';
import { type KnownParameter, type KnownProgram, knownPrograms } from './programs.ts';

/** Where priors of parameters come from, besides their own. */
export interface KnownOptions {
  /** The program that the parameters belong to, such as `sklearn.svm.SVC`. */
  readonly program?: string | undefined;
  /** `known`: also without a program, where a name means the same in all of them. `none`: no parameter has a prior, not even its own. */
  readonly priors?: 'known' | 'none' | undefined;
}

/**
 * Parameters with the priors that are known for their names. A parameter that has a prior keeps it, and so does one whose type is not that of the known
 * one. The centre of a prior is moved into the range.
 *
 * @throws SpaceError for a program that is not known
 * @example space(withKnownPriors({ C: float(0.1, 1000, { log: true }) }, { program: 'sklearn.svm.SVC' }))
 */
export function withKnownPriors<D extends Dimensions>(parameters: D, { program, priors }: KnownOptions): D {
  if (priors === 'none') return mapped(parameters, ({ prior: _, ...rest }: Dimension & { prior?: PriorData }) => rest as Dimension);
  if (program === undefined && priors === undefined) return parameters;
  const programs = program === undefined ? knownPrograms() : [programNamed(program)];
  return mapped(parameters, (dimension, name) => {
    if ('prior' in dimension && dimension.prior) return dimension;
    const found = programs.flatMap((one) => priorOf(dimension, ownValue(one.parameters, name)) ?? []);
    return found.length > 0 && found.every((one) => valueKey(one) === valueKey(found[0])) ? { ...dimension, prior: found[0]! } : dimension;
  });
}

/** Only priors change, so the type of the configurations is the same. */
const mapped = <D extends Dimensions>(parameters: D, change: (dimension: Dimension, name: string) => Dimension): D =>
  Object.fromEntries(Object.entries(parameters).map(([name, dimension]) => [name, change(dimension, name)])) as D;

/** The program with a name, or with its last word if only one has it. @throws SpaceError if there is none */
export function programNamed(name: string): KnownProgram {
  const words = name.split('.');
  const alike = knownPrograms().filter(({ names }) => names.some((one) => one.split('.').at(-1) === words.at(-1)));
  const found = alike.length > 1 ? alike.filter(({ names }) => words.includes(names[0]!.split('.')[0]!)) : alike;
  if (found.length === 1) return found[0]!;
  const names = (alike.length > 0 ? alike : knownPrograms()).flatMap((one) => one.names);
  throw fault('program', 'a program whose parameters are known, such as sklearn.svm.SVC', name, nearest(name, names));
}

/** Why no trial should be stopped early. @param names by which boosting is recognised if the program is not known @returns undefined unless curves cross */
export function crossingIn(names: readonly string[], program: string | undefined): string | undefined {
  const how = program === undefined ? boostingIn(names) : programNamed(program).crossing && `${program} boosts trees`;
  return how && `${how}${SO}`;
}
const SO =
  ': low learning rates are last at first and best at the end, so no trial is stopped early (early: true stops those that fall behind)';

/** What is known about a parameter of this type, best about one on this scale. */
function knownAbout(dimension: Dimension, rows: readonly KnownParameter[] = []): KnownParameter | undefined {
  const alike = rows.filter((row) => isAlike(dimension, row.dimension));
  return alike.find((row) => isLinear(row.dimension) === isLinear(dimension)) ?? alike[0];
}

/** The values of a choice or an ordinal. */
const listed = (dimension: Dimension): readonly Value[] | undefined => ('values' in dimension ? dimension.values : undefined);

/** Whether two parameters have the same type; of choices, at least two of the values. */
function isAlike(mine: Dimension, other: Dimension): boolean {
  const [values, others] = [listed(mine), listed(other)?.map(valueKey)];
  if (!values || !others) return mine.type === other.type;
  return values.filter((value) => others.includes(valueKey(value))).length > 1;
}

const isLinear = (dimension: Dimension): boolean => !(('log' in dimension && dimension.log) || ('logit' in dimension && dimension.logit));

/** A known prior on the values of a parameter: its centre is moved into the range. Undefined if it says nothing about them. */
function priorOf(dimension: Dimension, rows: readonly KnownParameter[] | undefined): PriorData | undefined {
  const about = knownAbout(dimension, rows)?.dimension;
  const prior = about && 'prior' in about ? about.prior : undefined;
  if (!about || !prior) return undefined;
  const [values, others] = [listed(dimension), listed(about)];
  if ('weights' in prior) return values && others ? { weights: weightsOf(values, others, prior.weights) } : prior;
  if (dimension.type !== 'float' && dimension.type !== 'int') return undefined;
  const inside = (centre: number) => Math.min(dimension.high, Math.max(dimension.low, centre));
  if ('normal' in prior) return { normal: { ...prior.normal, median: inside(prior.normal.median) } };
  if ('logNormal' in prior)
    return dimension.high > 0 ? { logNormal: { ...prior.logNormal, median: inside(prior.logNormal.median) } } : undefined;
  return prior;
}

/** The weights of values by those of others; of a value that the others lack, their mean. */
function weightsOf(values: readonly Value[], others: readonly Value[], weights: readonly number[]): number[] {
  const known = new Map(others.map((value, k) => [valueKey(value), weights[k]!]));
  const given = values.flatMap((value) => known.get(valueKey(value)) ?? []);
  const mean = given.reduce((a, b) => a + b) / given.length;
  return values.map((value) => known.get(valueKey(value)) ?? mean);
}
