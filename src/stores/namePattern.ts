import { UsageError } from '../text/usage.ts';

/** Whether a text stands for several names: `*` stands for any characters and `?` for one. */
export const isPattern = (text: string): boolean => /[*?]/.test(text);

const PATTERN = /^[A-Za-z0-9_*?-]{1,64}$/;

/** Refuses a pattern that matches no name of a study. @throws UsageError */
export function checkPattern(option: string, pattern: string): void {
  if (!PATTERN.test(pattern)) throw new UsageError(`${option}: expected a pattern of names, such as team-*, got ${pattern}`);
}

/** Returns a test for names that match a pattern. */
export function matching(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const form = new RegExp(`^${source}$`);
  return (name) => form.test(name);
}
