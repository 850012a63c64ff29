import type { Created, ObjectiveSpec } from '../../src/facts/facts.ts';
import { differencesIn } from '../../src/schema/json.ts';
import { type SpaceData, withConditionsAlike } from '../../src/space/schema.ts';

export const objectivesOf = ({
  objectives,
}: {
  readonly objectives?: Readonly<Record<string, ObjectiveSpec['direction']>> | undefined;
}): ObjectiveSpec[] => Object.entries(objectives ?? { value: 'minimize' as const }).map(([name, direction]) => ({ name, direction }));

/** The options that a log must have as they are given. */
const COMPARED = ['study', 'seed', 'objectives', 'examples', 'duplicates', 'requires'] as const;
type Compared = (typeof COMPARED)[number];

/** The differences between the options and a log, a line each; empty if the log belongs to this study. */
export function differences(logged: Created, wanted: Created, options: { readonly [Name in Compared]?: unknown }): string[] {
  const named = COMPARED.filter((name) => options[name] !== undefined);
  const [there, here] = [logged, wanted].map(({ space }) => withConditionsAlike(space as SpaceData));
  return [...differencesAt('space', there, here), ...named.flatMap((name) => differencesAt(name, logged[name], wanted[name]))];
}

/** The most differences that a message lists, and the most characters of a value in it: a list of examples may have thousands. */
const NAMES_LISTED = 8;
const LONGEST_LIST = 200;

/** The differences between what a log and a start have at a path, as sentences. */
export function differencesAt(path: string, logged: unknown, wanted: unknown): string[] {
  const all = [...differencesIn(logged, wanted, path)];
  const text = (value: unknown) => {
    const json = jsonOrAbsent(value);
    return json.length > LONGEST_LIST ? `${json.slice(0, LONGEST_LIST)}...` : json;
  };
  const listed = all.slice(0, NAMES_LISTED).map(([at, mine, here]) => `${at} is ${text(mine)} in the log, but ${text(here)} here`);
  return all.length > NAMES_LISTED ? [...listed, `and ${all.length - NAMES_LISTED} more of ${path}`] : listed;
}

export const jsonOrAbsent = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
