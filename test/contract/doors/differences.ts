import { expect } from 'vitest';

const ofLines = {
  '29 importance of nothing': 'bad-request',
  '29 why': expect.any(Array), // it has sentences
  '33 its row': { reason: 'lost' },
};
/** What doors answer today, by door and step, where they should answer otherwise. One that is mended fails its test until its line is deleted here. */
export const differences: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  lines: ofLines,
  joined: ofLines,
};
