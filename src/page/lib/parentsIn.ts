/**
 * The parents at the end of a tag, such as those of `generation 2, parents 3, 5`. No tag has them as state, because no strategy needs them again:
 * only the links of the page depend on this text.
 */
export function parentsIn(text: string): { readonly before: string; readonly parents: readonly number[] } {
  const [, before = text, list = ''] = /^(.*\bparents? )(\d+(?:, \d+)*)$/.exec(text) ?? [];
  return { before, parents: list === '' ? [] : list.split(', ').map(Number) };
}
