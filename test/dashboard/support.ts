import { request as httpRequest } from 'node:http';
import type { Fact } from '../../src/facts/facts.ts';
import { Metrics } from '../../src/monitoring/metrics.ts';
import { type ServerOptions, serveHttp } from '../../src/server/serve.ts';
import { type KeptFiles, ServedStudies } from '../../src/server/servedStudies.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, int } from '../../src/space/types/dimension.ts';
import { applied, processSource } from '../../src/stores/process.ts';
import type { Log } from '../../streams/log/log.ts';
import { memoryLog } from '../../streams/log/memory.ts';
import { createdOf, type StudyOptions } from '../../streams/spec/options.ts';
import { random } from '../../streams/strategies/random.ts';
import { ensurePage } from '../support/build.ts';

const net = space({ lr: float(1e-4, 0.1, { log: true }), layers: int(1, 4), kind: choice(['relu', 'tanh']) });

export interface Board extends AsyncDisposable {
  readonly url: string;
  readonly studies: ServedStudies;
  readonly log: Log;
  say(...facts: readonly Fact[]): Promise<void>;
  close(): Promise<void>;
}

/** A server without studies. */
export async function emptyServer(options: ServerOptions = {}): Promise<Pick<Board, 'url' | 'studies' | 'close'>> {
  const studies = new ServedStudies({ metrics: new Metrics() });
  return { studies, ...(await serveHttp(studies, options)) };
}

/** A server that shows a study whose log is in memory and which no engine runs. */
export async function board(options: ServerOptions = {}, study = 'net', files?: KeptFiles, more: StudyOptions = {}): Promise<Board> {
  await ensurePage();
  const log = memoryLog([], () => ++now);
  let now = 1_700_000_000_000;
  await log.append(createdOf(net, random(), { study, objectives: { loss: 'minimize' }, trials: 100, parallel: 4, seed: 1, ...more }));
  const { url, studies, close } = await emptyServer(options);
  const feed = studies.show('net', processSource('memory', log, (await applied(log)).submit), files).feed;
  await feed.caughtUp;
  const say = async (...facts: readonly Fact[]) => {
    for (const fact of facts) await log.append(fact);
    const head = await log.head();
    while (feed.position < head) await new Promise((resolve) => setImmediate(resolve));
  };
  return { url, studies, close, log, say, [Symbol.asyncDispose]: close };
}

/** The facts of a completed trial. */
export const finished = (trial: number, loss: number, params: object = { lr: 0.01, layers: 2, kind: 'relu' }): Fact[] => [
  { type: 'suggested', trial, attempt: 1, by: 'random', params: params as never },
  { type: 'started', trial, attempt: 1, run: `r${trial}`, trainer: 't1' },
  { type: 'reported', trial, run: `r${trial}`, step: 1, values: { loss: loss + 1 } },
  { type: 'completed', trial, run: `r${trial}`, values: { loss } },
];

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends a request with any headers, also those that `fetch` does not let you set. */
export function request(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const sent = httpRequest(url, rest, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export interface Event {
  readonly event: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: it is JSON
  readonly data: any;
}

/** Collects server-sent events up to the first for which `isLast` holds. */
export function eventsOf(url: string, isLast: (event: Event) => boolean, headers: Record<string, string> = {}): Promise<Event[]> {
  return new Promise((resolve, reject) => {
    const events: Event[] = [];
    const sent = httpRequest(url, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const event = eventOf(text.slice(0, end));
          text = text.slice(end + 2);
          events.push(event);
          if (!isLast(event)) continue;
          sent.destroy();
          return resolve(events);
        }
      });
    });
    sent.on('error', (error) => events.length === 0 && reject(error));
    sent.end();
  });
}

function eventOf(text: string): Event {
  const fields = Object.fromEntries(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  return { event: fields.event!, data: JSON.parse(fields.data!), ...(fields.id !== undefined && { id: fields.id }) };
}
