import { DeliveryError } from '../host/hooks/deliver.ts';
import { jsonIn } from '../schema/json.ts';

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

/** Milliseconds to wait for a server. */
const ANSWER_WITHIN = 30_000;
/** Status codes below 500 after which a request is retried. */
const PASSING = [408, 425, 429];
/** Runs of one page. */
const PAGE = 1000;

/** @param headers such as that of the login @see https://mlflow.org/docs/2.20.3/rest-api.html */
export function mlflowClient(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): MlflowClient {
  const request = async <T>(path: string, body?: object): Promise<T> => {
    const address = `${url.replace(/\/+$/, '')}/api/2.0/mlflow/${path}`;
    const answer = await fetch(address, {
      method: body ? 'POST' : 'GET',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)]),
    }).catch((error: Error) => {
      throw new DeliveryError(`MLflow does not answer (${error.cause instanceof Error ? error.cause.message : error.message})`, true);
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text || '{}') as T;
    const { error_code: code = '', message = '' } = failureIn(text);
    throw new MlflowError(
      `MLflow answered ${answer.status} to ${path.split('?')[0]} ${`${code} ${message}`.trim().slice(0, 300)}`,
      answer.status,
      code,
    );
  };
  const client: MlflowClient = {
    experiment: async (name) => {
      try {
        const found = await request<{ experiment: { experiment_id: string } }>(
          `experiments/get-by-name?${new URLSearchParams({ experiment_name: name })}`,
        );
        return found.experiment.experiment_id;
      } catch (error) {
        if (!(error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST')) throw error;
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

/** An answer of the server that is an error. */
class MlflowError extends DeliveryError {
  readonly code: string;
  constructor(message: string, status: number, code: string) {
    super(message, status >= 500 || PASSING.includes(status));
    this.code = code;
  }
}

const failureIn = (text: string): { readonly error_code?: string; readonly message?: string } => jsonIn(text) ?? {};
