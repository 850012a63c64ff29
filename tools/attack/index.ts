// npx tsx tools/attack [words of the attacks to try]
import { attackAll } from './suite.ts';

const words = process.argv.slice(2);
const rows = await attackAll(({ area, what }) => words.every((word) => `${area} ${what}`.includes(word)));
for (const { area, what, guard, succeeded, control, error } of rows) {
  const verdict = error !== undefined ? 'ERROR' : succeeded ? 'SUCCEEDED' : control ? 'held' : 'NO CONTROL';
  console.log(`${verdict.padEnd(10)} ${area.padEnd(10)} ${what}  [${guard}]${error === undefined ? '' : `\n${error}`}`);
}
const bad = rows.filter(({ succeeded, control, error }) => succeeded || !control || error !== undefined);
console.log(`${rows.length} attacks, ${rows.length - bad.length} held, each of which succeeds without its guard`);
process.exit(bad.length === 0 && rows.length > 0 ? 0 : 1);
