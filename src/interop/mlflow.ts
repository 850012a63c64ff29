import type { Created, Params, Values } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { TrialRow } from '../study/trials.ts';
import type { Mirror, MirroredStudy } from './mirror.ts';
import type { Batch, Metric, MlflowClient, Run } from './mlflowClient.ts';

const STUDY = 'hypertide.study';
const TRIAL = 'hypertide.trial';
/** The tag of a run that says up to which entry of the log it is complete. */
const POSITION = 'hypertide.position';
const PARENT = 'mlflow.parentRunId';

/** The limits of MLflow for one request. */
const LIMITS = { metrics: 800, params: 100, value: 500, key: 250 } as const;

interface ChildRun {
  readonly id: string;
  position: number;
  status: string;
}

/** What the server has stored of a study. */
interface Known {
  readonly parent: string;
  status: string;
  position: number;
  readonly children: Map<number, ChildRun>;
}

/**
 * A study as a run of MLflow, and each trial as a child of it. Each request that adds something to a run also sets its position. After an error, and when
 * it starts, the mirror reads from the server how far each run is, so it adds nothing twice.
 */
export async function mlflowMirror(client: MlflowClient, created: Created, experimentName: string): Promise<Mirror> {
  const experiment = await client.experiment(experimentName);
  let known = await knownTo(client, experiment, created);
  let isStale = false;

  const childOf = async (row: TrialRow): Promise<ChildRun> => {
    const there = known.children.get(row.trial);
    if (there) return there;
    const id = await client.createRun({
      experiment_id: experiment,
      run_name: `trial ${row.trial}`,
      start_time: row.startedAt ?? row.suggestedAt,
      tags: tags({ [PARENT]: known.parent, [TRIAL]: String(row.trial), [POSITION]: '0' }),
    });
    const child = { id, position: 0, status: 'RUNNING' };
    known.children.set(row.trial, child);
    return child;
  };
  const takeTrial = async (row: TrialRow, entries: readonly AppliedEntry<Params>[]) => {
    const child = await childOf(row);
    const news = entries.filter((entry) => entry.position > child.position);
    for (const { batch, position } of batchesOf(child.id, row, news)) {
      await client.log(batch);
      child.position = position;
    }
    const status = statusOf(row);
    if (status !== child.status) await client.update({ run_id: child.id, status, ...omitUndefined({ end_time: row.endedAt }) });
    child.status = status;
  };

  return {
    get position() {
      return known.position;
    },
    take: async (entries, study) => {
      if (isStale) known = await knownTo(client, experiment, created);
      isStale = true; // until all of it has arrived
      for (const [trial, some] of byTrial(entries)) {
        const row = study.rows.get(trial);
        if (row) await takeTrial(row, some);
      }
      const last = entries.at(-1)!;
      const status = study.ledger.closed === undefined ? 'RUNNING' : 'FINISHED';
      if (status !== known.status)
        await client.update({ run_id: known.parent, status, ...omitUndefined({ end_time: status === 'FINISHED' ? last.at : undefined }) });
      known.status = status;
      if (last.position > known.position) await client.log(parentBatch(known.parent, study, last));
      known.position = last.position;
      isStale = false;
    },
  };
}

async function knownTo(client: MlflowClient, experiment: string, created: Created): Promise<Known> {
  const [run] = await client.runs(experiment, `tags."${STUDY}" = '${idOf(created)}'`);
  if (run === undefined) {
    const parent = await client.createRun({
      experiment_id: experiment,
      run_name: created.study,
      start_time: Date.now(),
      tags: tags({ [STUDY]: idOf(created), [POSITION]: '0' }),
    });
    return { parent, status: 'RUNNING', position: 0, children: new Map() };
  }
  const parent = run.info.run_id;
  const children = (await client.runs(experiment, `tags."${PARENT}" = '${parent}'`)).map(
    (child) => [Number(tagOf(child, TRIAL)), { id: child.info.run_id, position: positionOf(child), status: child.info.status }] as const,
  );
  return { parent, status: run.info.status, position: positionOf(run), children: new Map(children) };
}

const positionOf = (run: Run): number => Number(tagOf(run, POSITION) ?? 0);

/** A study with the same name but another seed or space is a different one. */
const idOf = ({ study, seed }: Created): string => `${study} ${seed}`.replaceAll("'", '_');

const tagOf = ({ data }: Run, name: string): string | undefined => data?.tags?.find(({ key }) => key === name)?.value;

const tags = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).map(([key, value]) => ({ key: keyOf(key), value: value.slice(0, LIMITS.value) }));

function byTrial(entries: readonly AppliedEntry<Params>[]): ReadonlyMap<number, readonly AppliedEntry<Params>[]> {
  const found = new Map<number, AppliedEntry<Params>[]>();
  for (const entry of entries) {
    if (entry.refusal || entry.effect === 'void' || !('trial' in entry.fact) || entry.fact.trial === undefined) continue;
    const some = found.get(entry.fact.trial);
    if (some) some.push(entry);
    else found.set(entry.fact.trial, [entry]);
  }
  return found;
}

/** A request, and the position up to which a run is complete after it. */
interface Step {
  readonly position: number;
  readonly batch: Batch;
}

/** The requests that add the entries of a trial to its run, within the limits. After each, the run is complete up to the position that it sets. */
function batchesOf(run_id: string, row: TrialRow, entries: readonly AppliedEntry<Params>[]): readonly Step[] {
  if (entries.length === 0) return [];
  const batches: Step[] = [];
  let metrics: Metric[] = [];
  const isNew = entries.some(({ effect }) => effect === 'suggested');
  const flush = (position: number) => {
    const params = batches.length === 0 && isNew ? tags(textsOf(row.params)).slice(0, LIMITS.params) : [];
    batches.push({ position, batch: { run_id, metrics, params, tags: tags({ ...about(row), [POSITION]: String(position) }) } });
    metrics = [];
  };
  for (const [i, entry] of entries.entries()) {
    const added = metricsOf(entry, row);
    if (metrics.length > 0 && metrics.length + added.length > LIMITS.metrics) flush(entries[i - 1]!.position);
    metrics.push(...added);
  }
  flush(entries.at(-1)!.position);
  return batches;
}

/** The values of a report or a result. A result has the step of the last report, or 0. */
function metricsOf({ fact, event, at }: AppliedEntry<Params>, row: TrialRow): Metric[] {
  // Without an event, the entry was refused, or an earlier attempt reported the step.
  if (event === undefined || (fact.type !== 'reported' && fact.type !== 'completed')) return [];
  const step = event.type === 'reported' ? event.step : (row.step ?? 0);
  const values: Values = { ...fact.metrics, ...fact.values };
  return Object.entries(values)
    .filter(([, value]) => Number.isFinite(value))
    .map(([key, value]) => ({ key: keyOf(key), value, timestamp: at, step }));
}

/** The characters that every version accepts. */
const keyOf = (name: string): string => name.replaceAll(/[^\w\-. /]/g, '_').slice(0, LIMITS.key);

const textsOf = (params: Params): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]));

function about({ status, by, budget, resumes, reason, trainer }: TrialRow): Record<string, string> {
  const known = { status, by, budget, resumes, reason, trainer };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[`hypertide.${name}`, String(value)]])),
  );
}

const statusOf = ({ status }: TrialRow): string =>
  status === 'open' ? 'RUNNING' : status === 'failed' || status === 'retracted' ? 'FAILED' : 'FINISHED';

/** The best value and the description of the study, complete up to an entry. */
function parentBatch(run_id: string, { created, ledger }: MirroredStudy, { position, at }: AppliedEntry<Params>): Batch {
  const { best, settings } = ledger;
  const metrics = Object.entries(best?.values ?? {}).map(([key, value]) => ({
    key: keyOf(`best ${key}`),
    value,
    timestamp: at,
    step: best!.trial,
  }));
  const objectives = created.objectives.map(({ name, direction }) => `${direction} ${name}`).join(', ');
  return {
    run_id,
    metrics,
    params: tags({ seed: String(created.seed), objectives }),
    tags: tags({
      'hypertide.strategy': JSON.stringify(settings.strategy),
      ...(best ? { 'hypertide.best': String(best.trial) } : {}),
      [POSITION]: String(position),
    }),
  };
}
