// Tries attacks and reports each to the process that started this one.
import { attacks } from './cases.ts';
import { world } from './world.ts';

/** Milliseconds after which an attack counts as an error. */
const LONGEST = 120_000;

const { open, names } = JSON.parse(process.argv[2]!) as { readonly open: boolean; readonly names: readonly string[] };
const here = world(open);
for (const { succeeds, ...attack } of attacks) {
  if (!names.includes(`${attack.area} ${attack.what}`)) continue;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no result after ${LONGEST / 1000} s`)), LONGEST);
  });
  try {
    process.send!({ ...attack, succeeded: await Promise.race([succeeds(here), late]) });
  } catch (error) {
    process.send!({ ...attack, succeeded: false, error: (error as Error).stack ?? String(error) });
  }
  clearTimeout(timer);
}
await here.close();
process.disconnect();
process.exit(0);
