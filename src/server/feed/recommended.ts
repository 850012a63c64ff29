import { Worker } from 'node:worker_threads';
import { nextTurn } from '../../../streams/engine/timeout.ts';
import type { ObjectiveSpec, Params } from '../../facts/facts.ts';
import type { RecommendationTask } from '../../insight/recommendation/inThread.ts';
import type { Recommendation } from '../../insight/recommendation/recommendation.ts';
import { candidates, endedEarly } from '../../insight/recommendation/recommendation.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Feed } from './feed.ts';
import type { Recommended } from './wire.ts';

/** Runs in the thread. It is text so that TypeScript sources, as in tests, can register a loader first, wherever the process was started. */
const program = `
const { parentPort, workerData: { path, loader, task } } = require('node:worker_threads');
const ready = loader ? import(loader).then(({ register }) => register()) : Promise.resolve();
ready.then(() => import(path)).then(({ recommendationOf }) => parentPort.postMessage(recommendationOf(task)));
`;

/** The source is in the folder next to this one; a chunk of the bundle is one folder below `dist`. */
const file = import.meta.url.endsWith('.ts') ? '../../insight/recommendation/inThread.ts' : '../src/insight/recommendation/inThread.js';
const path = new URL(file, import.meta.url).href;
const loader = path.endsWith('.ts') ? import.meta.resolve('tsx/esm/api') : undefined;

/** Per study, the last recommendation and the position of the last result that it includes. */
const answers = new WeakMap<Feed, { readonly results: number; readonly answer: Promise<Recommended | undefined> }>();

/** The trial to deploy, computed in a thread so that the server stays free. Undefined with several objectives, and without results. */
export function recommendedOf(feed: Feed): Promise<Recommended | undefined> {
  const { begun } = feed;
  if (begun === undefined || begun.ledger.settings.objectives.length > 1) return Promise.resolve(undefined);
  const { results } = begun.changes;
  const last = answers.get(feed);
  if (last?.results === results) return last.answer;
  const [objective] = begun.ledger.settings.objectives;
  const answer = computed(begun, objective!);
  answers.set(feed, { results, answer });
  return answer;
}

/** Each step takes a turn of its own: with very many trials, together they would block the server. */
async function computed({ ledger, changes }: NonNullable<Feed['begun']>, objective: ObjectiveSpec): Promise<Recommended | undefined> {
  await nextTurn();
  const known = candidates(objective, changes.rows);
  if (known.length === 0) return undefined;
  await nextTurn();
  const early = endedEarly(objective, changes.rows, known);
  await nextTurn();
  return inThread({ space: ledger.space.toJSON(), objective, rows: [...known, ...early] }, known.length);
}

function inThread(task: RecommendationTask, results: number): Promise<Recommended | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(program, { eval: true, workerData: { path, loader, task }, execArgv: [] });
    thread.once('message', (found: Recommendation<Params> | undefined) => {
      resolve(found && omitUndefined({ results, trial: found.row.trial, expected: found.expected, gain: found.gain }));
      void thread.terminate();
    });
    thread.once('error', reject);
  });
}
