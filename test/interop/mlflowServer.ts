import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';

const string = { type: 'string' } as const;
const time = { type: 'integer', minimum: 0 } as const;
const fields = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const pairs = (longest: number) => ({
  type: 'array',
  maxItems: 100,
  items: fields({ key: { ...string, maxLength: 250 }, value: { ...string, maxLength: longest } }, ['key', 'value']),
});
const metric = fields(
  { key: { ...string, maxLength: 250, pattern: '^[\\w\\-. /]+$' }, value: { type: 'number' }, timestamp: time, step: { type: 'integer' } },
  ['key', 'value', 'timestamp'],
);

/**
 * The requests of the REST interface 2.0 that a mirror uses, with the names and types of fields of `mlflow/protos/service.proto` at commit
 * 0026b08dc1b9. Limits on lengths and counts are our own, at or below those that MLflow documents. Fields that a mirror does not use are left out.
 */
const requests: Readonly<Record<string, object>> = {
  'POST experiments/create': fields({ name: string, artifact_location: string, tags: pairs(5000) }, ['name']),
  'GET experiments/get-by-name': fields({ experiment_name: string }, ['experiment_name']),
  'POST runs/create': fields({ experiment_id: string, run_name: string, start_time: time, tags: pairs(5000) }, ['experiment_id']),
  'POST runs/update': fields(
    { run_id: string, status: { enum: ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] }, end_time: time, run_name: string },
    ['run_id'],
  ),
  'POST runs/search': fields({
    experiment_ids: { type: 'array', items: string },
    filter: string,
    run_view_type: { enum: ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] },
    max_results: { type: 'integer', maximum: 50_000 },
    order_by: { type: 'array', items: string },
    page_token: string,
  }),
  'POST runs/log-batch': fields(
    { run_id: string, metrics: { type: 'array', maxItems: 1000, items: metric }, params: pairs(500), tags: pairs(5000) },
    ['run_id'],
  ),
};

interface Stored {
  readonly experiment_id: string;
  readonly run_name: string;
  status: string;
  end_time?: number;
  readonly metrics: { readonly key: string; readonly value: number; readonly timestamp: number; readonly step: number }[];
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
}
type Pairs = readonly { readonly key: string; readonly value: string }[];

/** A request after its check: which fields it has depends on its path. */
interface Body {
  readonly experiment_id: string;
  readonly experiment_name: string;
  readonly name: string;
  readonly run_id: string;
  readonly run_name: string;
  readonly filter: string;
  readonly page_token?: string;
  readonly metrics: Stored['metrics'];
  readonly params: Pairs;
  readonly tags: Pairs;
}

/** What the server does with its n-th request, besides answering it. */
export type Trouble = (n: number) => 'lost' | 'unheard' | 'busy' | undefined;

/** A server with the part of MLflow's interface that a mirror needs. It checks each request against the published interface, and stores little. */
export async function mlflowServer(trouble: Trouble = () => undefined, page = 3) {
  const ajv = new Ajv();
  const checks = new Map(Object.entries(requests).map(([name, schema]) => [name, ajv.compile(schema)]));
  const experiments = new Map<string, string>();
  const runs = new Map<string, Stored>();
  const wrong: string[] = [];
  const seen: string[] = [];
  let heard = 0;

  const answer = (name: string, body: Body): [status: number, body: object] => {
    const check = checks.get(name);
    if (!check?.(body)) {
      wrong.push(`${name}: ${ajv.errorsText(check?.errors)}`);
      return [400, { error_code: 'INVALID_PARAMETER_VALUE', message: wrong.at(-1) }];
    }
    seen.push(name);
    switch (name) {
      case 'GET experiments/get-by-name': {
        const id = experiments.get(body.experiment_name);
        return id
          ? [200, { experiment: { experiment_id: id } }]
          : [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such experiment' }];
      }
      case 'POST experiments/create':
        experiments.set(body.name, `e${experiments.size}`);
        return [200, { experiment_id: experiments.get(body.name)! }];
      case 'POST runs/create': {
        const id = `r${runs.size}`;
        runs.set(id, {
          experiment_id: body.experiment_id,
          run_name: body.run_name,
          status: 'RUNNING',
          metrics: [],
          params: new Map(),
          tags: tagged(body.tags),
        });
        return [200, { run: shown(id) }];
      }
      case 'POST runs/update':
        Object.assign(runs.get(body.run_id)!, body);
        return [200, { run_info: shown(body.run_id).info }];
      case 'POST runs/search': {
        const [, key, value] = /^tags\."([\w.]+)" = '([^']*)'$/.exec(body.filter)!;
        const found = [...runs.keys()].filter((id) => runs.get(id)!.tags.get(key!) === value);
        const from = Number(body.page_token ?? 0);
        const more = from + page < found.length ? { next_page_token: String(from + page) } : {};
        return [200, { runs: found.slice(from, from + page).map(shown), ...more }];
      }
      default:
        return [200, log(body)];
    }
  };
  const tagged = (list: Pairs) => new Map(list.map(({ key, value }) => [key, value]));
  const shown = (id: string) => {
    const { status, tags } = runs.get(id)!;
    return { info: { run_id: id, status }, data: { tags: [...tags].map(([key, value]) => ({ key, value })) } };
  };
  const log = ({ run_id, metrics, params, tags }: Body) => {
    const run = runs.get(run_id)!;
    run.metrics.push(...metrics);
    for (const { key, value } of params) {
      if ((run.params.get(key) ?? value) !== value) wrong.push(`the parameter ${key} of ${run_id} was changed`);
      run.params.set(key, value);
    }
    for (const { key, value } of tags) run.tags.set(key, value);
    return {};
  };

  const handle = async (request: IncomingMessage) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://mlflow');
    const body = request.method === 'POST' ? JSON.parse(await text(request)) : Object.fromEntries(searchParams);
    return answer(`${request.method} ${pathname.replace('/api/2.0/mlflow/', '')}`, body);
  };
  const server = createServer((request, response) => {
    const what = trouble(++heard);
    if (what === 'unheard') return void (request.socket as Socket).destroy();
    if (what === 'busy') return void response.writeHead(503).end('busy');
    void handle(request).then(([status, body]) => {
      if (what === 'lost') return void request.socket.destroy();
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wrong,
    seen,
    /** All runs by their names, without ids and times that differ from server to server. */
    runs: () =>
      Object.fromEntries(
        [...runs.values()].map(({ run_name, status, metrics, params, tags }) => [
          run_name,
          {
            status,
            metrics,
            params: Object.fromEntries(params),
            tags: Object.fromEntries([...tags].filter(([key]) => key !== 'mlflow.parentRunId')),
          },
        ]),
      ),
    count: () => runs.size,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
