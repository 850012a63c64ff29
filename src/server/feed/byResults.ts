import { Worker } from 'node:worker_threads';
import { nextTurn } from '../../../streams/engine/timeout.ts';
import { importancesFrom } from '../../../streams/explanation/importance.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { Params } from '../../facts/facts.ts';
import type { Importances } from '../../insight/importance/importances.ts';
import type { RecommendationTask } from '../../insight/recommendation/inThread.ts';
import { type Chosen, candidates, withRepetitions } from '../../insight/recommendation/recommendation.ts';
import { verdictOn } from '../../insight/recommendation/verdict.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { Feed } from './feed.ts';
import type { Recommended } from './wire.ts';

type Read = Pick<Feed, 'begun'>;
type Begun = NonNullable<Read['begun']>;

/** What is found about a study by its results so far. Readers that ask at the same time share the answer, which is computed again after further results. */
function byResults<T>(find: (begun: Begun, name: string | undefined) => Promise<T | undefined>) {
  const known = new WeakMap<Read, Map<string | undefined, { readonly results: number; readonly found: Promise<T | undefined> }>>();
  return async (feed: Read, name?: string): Promise<T | undefined> => {
    const { begun } = feed;
    if (begun === undefined) return undefined;
    const { results } = begun.changes;
    const ofStudy = known.get(feed) ?? new Map();
    known.set(feed, ofStudy);
    const last = ofStudy.get(name);
    if (last?.results === results) return last.found;
    const found = find(begun, name);
    ofStudy.set(name, { results, found });
    return found;
  };
}

/** How much each parameter matters for an objective; default: the first one. @throws RefusedError if there is no such objective */
export const importancesOf = byResults<Importances>(({ ledger, rows, changes }, name) => {
  const curveOf = (trial: TrialId) => stepsAndValues(changes.history(trial)!.reports);
  return importancesFrom({ space: ledger.space, settings: ledger.settings, rows, curveOf, parseStrategy }, name);
});

/** Reports without their positions. */
const stepsAndValues = (reports: readonly number[]): readonly number[] => reports.filter((_, i) => i % 3 !== 0);

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

/**
 * The trial to deploy, computed in a thread so that the server stays free. Undefined with several objectives, and without results. Each step takes a turn
 * of its own: with very many trials, together they would block the server.
 */
export const recommendedOf = byResults<Recommended>(async ({ ledger, rows }) => {
  const [objective, ...others] = ledger.settings.objectives;
  if (others.length > 0) return undefined;
  await nextTurn();
  const known = candidates(objective!, rows);
  if (known.length === 0) return undefined;
  await nextTurn();
  const found = await inThread({ space: ledger.space.toJSON(), objective: objective!, rows: known });
  if (found === undefined) return undefined;
  const { row, repetition, costs, evidence } = withRepetitions(found, objective!, rows);
  const judged = { objectives: ledger.settings.objectives, ranked: known, onFront: [], rows: [...rows], closed: ledger.closed };
  return omitUndefined({ results: known.length, trial: row.trial, repetition, costs, evidence, verdict: verdictOn(judged, evidence)! });
});

function inThread(task: RecommendationTask): Promise<Chosen<Params> | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(program, { eval: true, workerData: { path, loader, task }, execArgv: [] });
    thread.once('message', (found: Chosen<Params> | undefined) => {
      resolve(found);
      void thread.terminate();
    });
    thread.once('error', reject);
  });
}
