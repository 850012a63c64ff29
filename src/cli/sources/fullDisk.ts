/** Error codes of a full disk. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Whether an error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return [code, cause?.code].some((one) => one !== undefined && FULL.includes(one));
}
