import { afterAll, expect, it } from 'vitest';
import { differences } from './differences.ts';
import { memory } from './doors.ts';
import { answersOf } from './play.ts';
import { endNats, http, natsHandle } from './servers.ts';

afterAll(endNats);

it.each([http, natsHandle])('the program is answered by $name as it should be', async (door) => {
  const { answers, expected } = await answersOf(door, memory, differences[door.name]);
  expect(answers).toEqual(expected);
});
