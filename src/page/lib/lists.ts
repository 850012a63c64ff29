import { jsonIn } from '../../schema/json.ts';

/** A list that a part of the address holds as JSON; undefined if it holds none. */
export function listIn(text: string): readonly unknown[] | undefined {
  const list = jsonIn(text);
  return Array.isArray(list) ? list : undefined;
}

/** The indices of names in a chosen order. Names that it does not hold follow in their own order. @param chosen a list of names in JSON */
export function ordered(names: readonly string[], chosen: string): readonly number[] {
  const places = new Map((listIn(chosen) ?? []).map((name, i) => [name, i]));
  const placeOf = (i: number) => places.get(names[i]) ?? names.length + i;
  return names.map((_, i) => i).sort((a, b) => placeOf(a) - placeOf(b));
}

/** The list with an entry at its end, or without it if it has it. */
export const toggled = <T>(list: readonly T[], one: T): readonly T[] =>
  list.includes(one) ? list.filter((other) => other !== one) : [...list, one];

/** The list with one entry at another place, within its ends. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(Math.min(rest.length, Math.max(0, to)), 0, list[from]!);
}
