import type { LineReading } from './readLine.ts';
import { exampleOf, type OutputEvent } from './structuredLine.ts';

/** Names of examples that a message lists. */
const LISTED = 3;

/** As Python prints a text with `repr`. */
const QUOTED = /^(['"])(.*)\1$/s;

/** What a study evaluates trials on: how many examples there are, which are then called 0, 1, 2, ..., or their names. */
export type Examples = number | readonly string[];

export const exampleAt = (examples: Examples, place: number): string => (typeof examples === 'number' ? String(place) : examples[place]!);

/** The names of all examples, or of those at some places, in their order. */
export function examplesAt(examples: Examples, places?: readonly number[]): readonly string[] {
  if (places === undefined && typeof examples !== 'number') return examples;
  return (places ?? Array.from({ length: examples as number }, (_, place) => place)).map((place) => exampleAt(examples, place));
}

/** Finds the example that a line is about, in a study that has examples. */
export function exampleReader(examples: Examples) {
  const count = typeof examples === 'number' ? examples : examples.length;
  const places = typeof examples === 'number' ? undefined : new Map(examples.map((name, place) => [name, place]));
  const numbered = (name: string) => (/^\d{1,6}$/.test(name) && Number(name) < count ? Number(name) : undefined);
  const first = Array.from({ length: Math.min(LISTED, count) }, (_, place) => exampleAt(examples, place)).join(', ');
  let unknown: string | undefined;
  return {
    /** The reading with its example, or that the study has none of this name. */
    find(reading: LineReading): LineReading | Extract<OutputEvent, { type: 'refused' }> {
      const name = reading.said && exampleOf(reading.said);
      if (name === undefined) return reading;
      const place = places ? (places.get(name) ?? places.get(name.replace(QUOTED, '$2'))) : numbered(name);
      if (place !== undefined) return { ...reading, example: { name, place } };
      unknown ??= `the result of example ${name} does not count: the examples of the study are ${first}${count > LISTED ? ` and ${count - LISTED} more` : ''}`;
      return { type: 'refused', message: unknown, topic: 'unknown example' };
    },
    /** About the first example that the study does not have. */
    get unknown() {
      return unknown;
    },
    /** A name, to show what a program can print. */
    name: exampleAt(examples, 0),
  };
}
