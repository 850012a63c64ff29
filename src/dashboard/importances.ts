import type { Feed } from './feed.ts';
import type { Importances } from './wire.ts';
export async function importancesOf(_feed: Feed): Promise<Importances | undefined> {
  return undefined;
}
