/** Whether a text stands for several names: `*` stands for any characters and `?` for one. */
export const isPattern = (text: string): boolean => /[*?]/.test(text);

/** Returns a test for names that match a pattern. */
export function matching(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const form = new RegExp(`^${source}$`);
  return (name) => form.test(name);
}
