import type { Shown } from './studies.ts';
export async function reportOf(_shown: Shown): Promise<string> {
  return '';
}
