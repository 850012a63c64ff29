import { expect } from 'vitest';

/** What `toThrow` compares with an error of this code: its sentence may change. */
export const coded = (code: string): unknown => expect.objectContaining({ code });
