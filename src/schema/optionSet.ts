import { OptionError } from '../errors.ts';
import type { JsonSchema } from './json.ts';
import { nearest } from './nearest.ts';
import { checkOption, type OptionRule } from './optionRules.ts';

/**
 * An option of a strategy. From a set of these come the type of the options (with each option's comment, which editors show), their checks
 * and defaults, their form in study files, and the reference.
 *
 * A set that extends one of another file has a type in which that set is named, `typeof descentOptions & typeof sgdOwnOptions`: in declarations, the
 * compiler keeps comments only of the file's own declarations.
 *
 * Why not a schema library: for five options of `sgd` this takes 0.6 kB compressed, valibot 2.1, zod mini 6.9, TypeBox 25.2, and none of
 * them words an error as the rest of hypertide does.
 */
export interface Option<T> {
  readonly rule: OptionRule<T>;
  readonly required?: true;
  readonly default?: T;
}
export interface RequiredOption<T> extends Option<T> {
  readonly required: true;
}
export interface DefaultedOption<T> extends Option<T> {
  readonly default: T;
}

/** Options by name. */
export interface OptionSet {
  readonly [name: string]: Option<unknown>;
}

/** An option that may be left out. Without a default here, its comment says what happens then. */
export function optional<T>(rule: OptionRule<T>): Option<T>;
export function optional<T>(rule: OptionRule<T>, otherwise: NoInfer<T>): DefaultedOption<T>;
export function optional<T>(rule: OptionRule<T>, otherwise?: T): Option<T> {
  return otherwise === undefined ? { rule } : { rule, default: otherwise };
}

/** A required option. */
export const required = <T>(rule: OptionRule<T>): RequiredOption<T> => ({ rule, required: true });

type ValueOf<O> = O extends Option<infer T> ? T : never;
type KeysOf<S, O> = { [K in keyof S]: S[K] extends O ? K : never }[keyof S];
// Mapped over keys of S itself, so that each property keeps the comment of its option.
type Present<S, K extends keyof S> = { readonly [P in K]: ValueOf<S[P]> };
type Given<S, K extends keyof S> = { readonly [P in K]?: ValueOf<S[P]> | undefined };
type Absentable<S, K extends keyof S> = { readonly [P in K]?: ValueOf<S[P]> };

/** The options as a user gives them. */
export type OptionsOf<S> = [KeysOf<S, RequiredOption<unknown>>] extends [never]
  ? Given<S, keyof S>
  : Present<S, KeysOf<S, RequiredOption<unknown>>> & Given<S, Exclude<keyof S, KeysOf<S, RequiredOption<unknown>>>>;

type SureKeys<S> = KeysOf<S, RequiredOption<unknown> | DefaultedOption<unknown>>;
/** The options with their defaults. */
export type SettingsOf<S> = Present<S, SureKeys<S>> & Absentable<S, Exclude<keyof S, SureKeys<S>>>;

/**
 * Checks options, and fills in defaults.
 *
 * @param of the strategy, for errors; empty for options of a study, which may have others
 * @throws OptionError
 */
export function resolveOptions<S extends OptionSet>(of: string, set: S, options: OptionsOf<S>): SettingsOf<S> {
  const given: Readonly<Record<string, unknown>> = options;
  if (of) refuseUnknown(of, set, given);
  const settings: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(set)) {
    const value = given[name];
    if (value !== undefined) checkOption(of ? `${of}.${name}` : name, value, option.rule);
    else if (option.required)
      checkOption(`${of}.${name}`, value, { ...option.rule, hint: () => `; ${of} requires ${requiredIn(set).join(' and ')}` });
    const settled = value ?? option.default;
    if (settled !== undefined) settings[name] = settled;
  }
  return settings as SettingsOf<S>;
}

const requiredIn = (set: OptionSet): string[] => Object.keys(set).filter((name) => set[name]!.required);

function refuseUnknown(of: string, set: OptionSet, given: object): void {
  const names = Object.keys(set);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  // A strategy function that is passed without a call gets an `Env` as its options.
  if ('axes' in given) throw new OptionError(of, 'a strategy', () => {}, `; did you mean ${of}()?`);
  throw new OptionError(of, `names among ${names.join(', ')}`, unknown, nearest(unknown, names));
}

/** The options as data, as JSON Schema. */
export function schemaOf(set: OptionSet): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(set).map(([name, { rule, default: otherwise }]) => [
      name,
      // JSON has no infinity, which is the default of options without a limit.
      otherwise === undefined || otherwise === Number.POSITIVE_INFINITY ? rule.schema : { ...rule.schema, default: otherwise },
    ]),
  );
  return { type: 'object', properties, required: requiredIn(set), additionalProperties: false };
}
