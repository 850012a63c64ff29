// npx tsx tools/chaos day --minutes 20 --seed 1: upgrades, restarts, outages, full disks, floods and changes of a platform of several teams
import { parseArgs } from 'node:util';
import { textTable } from '../../../src/cli/terminal/table.ts';
import { day } from './day.ts';

/** @returns the exit status */
export async function command(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
    },
  });
  const say = (line: string) => console.log(new Date().toISOString(), line);
  const verdict = await day({ minutes: Number(values.minutes), seed: values.seed, only: values.only, say });
  const { violations, events, completed, flooded, healedAfter, seconds } = verdict;
  const rows = events.map(({ name, from, until, gap, study }) => [name, ((until - from) / 1000).toFixed(1), gap.toFixed(1), study]);
  console.log(textTable(['event', 'seconds', 'longest gap', 'of'], rows));
  for (const violation of violations) console.log(violation);
  console.log(
    `${violations.length === 0 ? 'HELD' : 'BROKEN'}: ${completed} trials completed in ${seconds.toFixed(0)} s; doctor found nothing ${healedAfter.toFixed(1)} s after ` +
      `the last fault${Number.isNaN(flooded) ? '' : `; during a flood, the other teams had ${(100 * flooded).toFixed(0)} % of their trials a second`}`,
  );
  return violations.length === 0 ? 0 : 1;
}
