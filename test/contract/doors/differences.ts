import { expect } from 'vitest';

const ofLines = {
  '29 importance of nothing': 'bad-request',
  '29 why': expect.any(Array), // it has sentences
  '33 its row': { reason: 'lost' },
};
const ofOperations = {
  '22 told': { status: 'completed', values: { value: 0 } }, // the answer to a report says stop, and a later result still counts
  '22 results': [...Array(3).fill(['completed', 0]), ['stopped', 4]],
  '30 the next ask': 'waits', // the answer does not say why
};

/** What doors answer today, by door and step, where they should answer otherwise. One that is mended fails its test until its line is deleted here. */
export const differences: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  lines: ofLines,
  joined: ofLines,
  '/v1': ofOperations,
  MCP: ofOperations,
};
