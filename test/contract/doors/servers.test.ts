import { afterAll, expect, it } from 'vitest';
import { differences } from './differences.ts';
import { memory } from './doors.ts';
import { joined, lines } from './lines.ts';
import { answersOf } from './play.ts';
import { endNats, http, mcp, natsEngine, natsHandle, v1 } from './servers.ts';

afterAll(endNats);

it.each([lines, joined, http, v1, mcp, natsHandle, natsEngine])('the program is answered by $name as it should be', async (door) => {
  const { answers, expected } = await answersOf(door, memory, differences[door.name]);
  expect(answers).toEqual(expected);
});
