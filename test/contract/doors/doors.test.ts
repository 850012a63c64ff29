import { expect, it } from 'vitest';
import { differences } from './differences.ts';
import { journal, memory } from './doors.ts';
import { answersOf } from './play.ts';

it.each([memory, journal])('the program is answered by $name as it should be', async (door) => {
  const { answers, expected } = await answersOf(door, memory, differences[door.name]);
  expect(answers).toEqual(expected);
});
