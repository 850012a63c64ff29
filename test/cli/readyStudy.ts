import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directory, hypertide, studyIn, TRAINER } from './support.ts';

const MORE = `  act: { type: choice, values: [relu, tanh] }
  n: { type: int, low: 1, high: 9 }
  deep: { type: boolean }
`;

export const run = (place: string, ...flags: string[]) => hypertide(place, 'run', 'study.yaml', ...flags, '--', ...TRAINER);

const studies = new Map<string, Promise<string>>();

/** A copy of a study of four parameters and four trials, which runs once for all tests. */
export async function studied(more = 'trials: 4\n'): Promise<string> {
  const running = studies.get(more) ?? runStudy(more);
  studies.set(more, running);
  const place = directory();
  cpSync(await running, place, { recursive: true });
  return place;
}

async function runStudy(more: string): Promise<string> {
  const place = studyIn(more);
  const [head, ...rest] = readFileSync(join(place, 'study.yaml'), 'utf8').split('seed');
  writeFileSync(join(place, 'study.yaml'), `${head}${MORE}seed${rest.join('seed')}`);
  await run(place);
  return place;
}
