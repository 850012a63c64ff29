// npx tsx tools/attack [words of the attacks to try]
import { attackAll, type Finding } from './suite.ts';

const words = process.argv.slice(2);
const { held, controls } = await attackAll(({ area, what }) => words.every((word) => `${area} ${what}`.includes(word)));
const show = (verdict: string, { area, what, guard, error }: Finding) =>
  console.log(
    `${(error === undefined ? verdict : 'ERROR').padEnd(10)} ${area.padEnd(10)} ${what}  [${guard}]${error === undefined ? '' : `\n${error}`}`,
  );
for (const finding of held) show(finding.succeeded ? 'SUCCEEDED' : 'held', finding);
for (const finding of controls) if (!finding.succeeded) show('NO CONTROL', finding);
const bad = [...held.filter(({ succeeded, error }) => succeeded || error !== undefined), ...controls.filter(({ succeeded }) => !succeeded)];
console.log(
  `${held.length} attacks, ${held.length - bad.length} held; ${controls.length} of them were also tried on a server without rights`,
);
process.exit(bad.length === 0 && held.length > 0 ? 0 : 1);
