import { isOfTrial, verbs } from '../../../src/study/verbs.ts';
import { type ClaimReply, newName } from '../../../streams/study/port/port.ts';
import type { Said, Way } from './door.ts';

/** Sends an operation, and gives its answer. Rejects with an error that has a code. @param request its name */
// biome-ignore lint/suspicious/noExplicitAny: whatever is answered
export type Call = (operation: string, fields: Fields) => Promise<any>;

interface Fields {
  readonly [field: string]: unknown;
  readonly trial?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly request?: string | undefined;
}

/** The steps of reports that do not say them. */
export function counted() {
  const last = new Map<number, number>();
  return ({ trial, step = (last.get(trial) ?? 0) + 1 }: Said) => {
    last.set(trial, step);
    return step;
  };
}

/** What JSON has no words for. */
export const OF_JSON = {
  '6 no number': 'JSON has none',
  '6 one in a command': 'JSON has none',
  '8 a number for two objectives,': 'values have names',
  '18 written to params': 'it belongs to who asked',
};

/** A way by operations alone: it names its claims, and asks again. @param wait seconds that an ask waits */
export function byOperations(call: Call, { wait, ...way }: Pick<Way, 'close'> & { readonly wait?: number }): Way {
  const runs = new Map<number, string>();
  const stepOf = counted();
  return {
    ...way,
    kill: async () => {}, // there are no heartbeats to stop
    ask: async ({ run = newName(), fixed, signal } = {}) => {
      for (;;) {
        signal?.throwIfAborted();
        const reply: ClaimReply = await call('ask', { run, ...(fixed && { fixed }), wait, signal });
        if (reply.next === 'over') return undefined;
        if (reply.next === 'wait' && reply.why === 'no-result') throw Object.assign(new Error(), { code: reply.why });
        if (reply.next === 'wait') continue;
        runs.set(reply.trial, run);
        return reply;
      }
    },
    record: async (fact, request) => {
      const { type, values, step: _, ...fields } = fact;
      const named = values === undefined ? {} : { values: typeof values === 'object' ? values : { value: values } };
      const step = type === 'reported' ? { step: stepOf(fact) } : {};
      const { stop } = await call(verbs[type], { run: runs.get(fact.trial) ?? 'none', ...fields, ...named, ...step, request });
      return { stop };
    },
    submit: ({ type, ...fields }, request) => call(type, { ...fields, request }),
    read: {
      trials: async () => (await call('trials', { limit: 100 })).trials,
      best: async () => (await call('best', {})) ?? undefined,
      why: async (trial) => Object.keys(await call('why', { trial })).sort(),
      importance: async (objective) => (await call('importance', objective === undefined ? {} : { objective })) ?? undefined,
    },
  };
}

/** Operations as requests to the routes of `/v1`. */
export const overHttp =
  (address: string): Call =>
  async (operation, { trial, signal, request, ...fields }) => {
    const isRead = ['trials', 'best', 'why', 'importance'].includes(operation);
    const isAbout =
      trial !== undefined && (isOfTrial(operation) || operation === 'why' || Object.values(verbs).includes(operation as never));
    const path = `${address}/v1/studies/digits${isAbout ? `/trials/${trial}` : ''}/${operation}`;
    const body = JSON.stringify(isAbout || trial === undefined ? fields : { trial, ...fields });
    const headers = { 'Content-Type': 'application/json', Connection: 'close', ...(request && { 'Idempotency-Key': request }) };
    const answer = await (isRead
      ? fetch(`${path}?${new URLSearchParams(fields as Record<string, string>)}`)
      : fetch(path, { method: 'POST', headers, body, signal: signal ?? null }));
    const said = (await answer.json()) as { readonly error?: string; readonly code?: string };
    if (!answer.ok) throw Object.assign(new Error(said.error), { code: said.code });
    return said;
  };
