import { expect } from 'vitest';

/** What `toThrow` compares with an error of this code: its sentence may change. */
export const coded = (code: string): unknown => expect.objectContaining({ code });

/** The same for an option, named with its place, that is wrong. */
export const wrongOption = (option: string): unknown => expect.objectContaining({ code: 'invalid-option', option });
