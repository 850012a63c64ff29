import { parseStrategy } from '../../../../streams/spec/spec.ts';
import { auto } from '../../../../streams/strategies/auto.ts';
import type { Entry } from '../../../facts/entry.ts';
import type { Params } from '../../../facts/facts.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { type CommandStudy, type Remote, withStudy } from '../../../stores/study.ts';
import { readStudyFile, type StudyFile } from '../../../studyFile/studyFile.ts';
import { type Comparison, type ComparisonRow, compare } from '../../../testing/compare.ts';
import { type RecordedWorkload, recordedWorkload } from '../../../testing/recorded.ts';
import { inform, print } from '../../../text/output.ts';
import { parseData } from '../../../text/parseData.ts';
import { shown } from '../../../text/shown.ts';
import { UsageError } from '../../../text/usage.ts';
import { textTable } from '../../terminal/table.ts';

interface SimulateOptions extends Remote {
  /** Journal of the finished study, unless it is on a server. */
  readonly from?: string;
  readonly strategies?: readonly string[];
  readonly trainers?: number;
  readonly trials?: number;
  readonly cost?: number;
  readonly seconds?: number;
  readonly seeds?: number;
  readonly json?: boolean;
}

/** `hypertide simulate`: compares strategies on the results of a finished study. */
export async function simulateStudy(
  path: string,
  { from, nats, study, nkey, creds, tlsCa, tlsCert, tlsKey, strategies, seeds = 10, json = false, ...wanted }: SimulateOptions,
): Promise<number> {
  const file = await readStudyFile(path);
  const workload = await withStudy(from, omitUndefined({ nats, study, nkey, creds, tlsCa, tlsCert, tlsKey }), (finished) =>
    workloadOf(finished, file),
  );
  const { study: _, seed: __, parallel, ...options } = file.options;
  const limits = { trainers: wanted.trainers ?? parallel ?? 1, ...options, ...limitsOf(wanted) };
  const bounded = ['trials', 'cost', 'seconds', 'plateau', 'target'].some((name) => name in limits);
  const compared = await compare(file.space, strategiesOf(file, strategies), workload, {
    ...limits,
    ...(!bounded && { trials: workload.size }),
    seeds,
  });
  if (json) for (const row of compared.rows) print(JSON.stringify({ ...row, moments: compared.moments }));
  else {
    print(tableOf(compared));
    inform(
      `medians of ${seeds} seeds with ${limits.trainers} trainers; ${workload.size} configurations are known, the best is ${shown(workload.optimum)}`,
    );
  }
  return 0;
}

const limitsOf = ({ trials, cost, seconds }: Pick<SimulateOptions, 'trials' | 'cost' | 'seconds'>) =>
  omitUndefined({ trials, cost, seconds });

async function workloadOf(study: CommandStudy, { space, options }: StudyFile): Promise<RecordedWorkload<Params>> {
  const recorded = study.created.objectives.map(({ name }) => name);
  const missing = Object.keys(options.objectives ?? { value: 'minimize' }).find((name) => !recorded.includes(name));
  if (missing !== undefined)
    throw new UsageError(`${study.place}: expected results for ${missing}, the objective of the study file, got ${recorded.join(', ')}`);
  const entries: Entry[] = [];
  for await (const batch of study.past(1)) entries.push(...batch);
  try {
    return recordedWorkload(space, entries);
  } catch (error) {
    throw new UsageError(`${study.place}: ${(error as Error).message}`);
  }
}

/** The strategies that the words name; without words, that of the study file. */
function strategiesOf({ strategy = auto() }: StudyFile, words: readonly string[] | undefined) {
  if (words === undefined) return { [JSON.stringify(strategy.spec)]: strategy };
  return Object.fromEntries(words.map((word) => [word, parseStrategy(parseData('--strategies', word), '--strategies')]));
}

function tableOf({ moments, rows }: Comparison): string {
  const head = ['strategy', ...moments.map((at) => `best after ${shown(at)} s`), 'ends after', 'steps', 'busy'];
  const cells = ({ strategy, values, seconds, cost, busy }: ComparisonRow) => [
    strategy,
    ...values.map(shown),
    `${shown(seconds)} s`,
    shown(cost),
    `${Math.round(100 * busy)} %`,
  ];
  return textTable(head, rows.map(cells));
}
