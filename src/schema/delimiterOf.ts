/** The sign between the columns of a table, by its header row: a decimal comma may be in the rows below. */
export function delimiterOf(table: string): string {
  const [head = ''] = table.split('\n', 1);
  return [';', '\t'].find((sign) => head.includes(sign)) ?? ',';
}
