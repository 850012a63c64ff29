/** Errors of a disk that may have room again. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Whether something failed since there was no room on the disk. */
export function isFull(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return [code, cause?.code].some((one) => one !== undefined && FULL.includes(one));
}
