import { jsonIn } from '../schema/json.ts';
import { DeliveryError, request as send } from './request.ts';

/** A key with its value. */
interface Pair {
  readonly key: string;
  readonly value: string;
}

/** A value of a metric. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

export interface Run {
  readonly info: { readonly run_id: string; readonly status: string };
  readonly data?: { readonly tags?: readonly Pair[] };
}

/** What is logged in one request. */
export interface Batch {
  readonly run_id: string;
  readonly metrics: readonly Metric[];
  readonly params: readonly Pair[];
  readonly tags: readonly Pair[];
}

/** The requests to an MLflow server that a mirror needs (REST 2.0). */
export interface MlflowClient {
  /** The id of an experiment, which is created if there is none. */
  experiment(name: string): Promise<string>;
  /** All runs of an experiment that fit a filter. */
  runs(experiment: string, filter: string): Promise<readonly Run[]>;
  createRun(run: {
    readonly experiment_id: string;
    readonly run_name: string;
    readonly start_time: number;
    readonly tags: readonly Pair[];
  }): Promise<string>;
  log(batch: Batch): Promise<void>;
  update(run: { readonly run_id: string; readonly status: string; readonly end_time?: number }): Promise<void>;
}

/** Runs of one page. */
const PAGE = 1000;

/** @param headers such as that of the login @see https://mlflow.org/docs/2.20.3/rest-api.html */
export function mlflowClient(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): MlflowClient {
  const request = async <T>(path: string, body?: object): Promise<T> => {
    try {
      return JSON.parse((await send(`${url.replace(/\/+$/, '')}/api/2.0/mlflow/${path}`, { headers, body, signal })) || '{}') as T;
    } catch (error) {
      throw error instanceof DeliveryError ? described(error, path) : error;
    }
  };
  const client: MlflowClient = {
    experiment: async (name) => {
      try {
        const found = await request<{ experiment: { experiment_id: string } }>(
          `experiments/get-by-name?${new URLSearchParams({ experiment_name: name })}`,
        );
        return found.experiment.experiment_id;
      } catch (error) {
        if (!(error instanceof DeliveryError && failureIn(error).error_code === 'RESOURCE_DOES_NOT_EXIST')) throw error;
        return (await request<{ experiment_id: string }>('experiments/create', { name })).experiment_id;
      }
    },
    runs: async (experiment, filter) => {
      const all: Run[] = [];
      for (let page_token: string | undefined; ; ) {
        const query = { experiment_ids: [experiment], filter, run_view_type: 'ACTIVE_ONLY', max_results: PAGE };
        const found = await request<{ runs?: Run[]; next_page_token?: string }>(
          'runs/search',
          page_token ? { ...query, page_token } : query,
        );
        all.push(...(found.runs ?? []));
        page_token = found.next_page_token;
        if (!page_token) return all;
      }
    },
    createRun: async (run) => (await request<{ run: Run }>('runs/create', run)).run.info.run_id,
    log: async (batch) => void (await request('runs/log-batch', batch)),
    update: async (run) => void (await request('runs/update', run)),
  };
  return client;
}

/** The error with what MLflow says of it. */
function described(error: DeliveryError, path: string): DeliveryError {
  const { message, passing, answer } = error;
  if (answer === undefined) return new DeliveryError(`MLflow does not answer (${message})`, passing);
  const { error_code: code = '', message: why = '' } = failureIn(error);
  const text = `${message.replace(/^it/, 'MLflow')} to ${path.split('?')[0]} ${`${code} ${why}`.trim().slice(0, 300)}`;
  return new DeliveryError(text, passing, answer);
}

const failureIn = ({ answer = '' }: DeliveryError): { readonly error_code?: string; readonly message?: string } => jsonIn(answer) ?? {};
