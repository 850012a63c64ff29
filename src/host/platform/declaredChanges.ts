import { differencesIn, isRecord } from '../../schema/json.ts';
import { shown } from '../../study/shown.ts';

/**
 * In what a platform differs from an earlier one, as its file declares both, such as `speech: trials 30 -> 36`.
 *
 * @param before may be anything, since a person may have changed the file
 */
export function declaredChanges(before: unknown, after: object): readonly string[] {
  const [old, now] = [flat(before), flat(after)];
  const teams = teamsIn(now);
  const known = teamsIn(old);
  const names = [...new Set([...Object.keys(known), ...Object.keys(teams)])];
  return [
    ...changesIn({ ...old, teams: undefined }, { ...now, teams: undefined }),
    ...names.flatMap((name) => {
      if (!(name in known)) return [`${name}: a new team`];
      if (!(name in teams)) return [`${name}: no longer a team`];
      const changes = changesIn(known[name], teams[name]);
      return changes.length === 0 ? [] : [`${name}: ${changes.join(', ')}`];
    }),
  ];
}

/** A part that is new or gone is named with all that it says. */
const changesIn = (before: unknown, after: unknown, at = ''): string[] =>
  [...differencesIn(before, after, at)].flatMap(([path, one, other]) =>
    isWhole(one, other) || isWhole(other, one)
      ? changesIn(one ?? {}, other ?? {}, path)
      : [`${path.replace(/^quota\./, '')} ${shown(one ?? 'none')} -> ${shown(other ?? 'none')}`],
  );

const isWhole = (one: unknown, other: unknown): boolean => isRecord(one) && other === undefined;

/** A list is one value: that the second user is another one says less than both lists. */
function flat(data: unknown): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(data);
  const read: unknown = text === undefined ? undefined : JSON.parse(text, (_, value) => (Array.isArray(value) ? value.join(', ') : value));
  return isRecord(read) ? read : {};
}

const teamsIn = ({ teams }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => (isRecord(teams) ? teams : {});
