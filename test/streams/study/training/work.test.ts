import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../../../src/study/commands.ts';
import type { TrialFact } from '../../../../src/study/verbs.ts';
import { withResolvers } from '../../../../streams/promises.ts';
import type { ClaimReply, Recorded, TrainerPort } from '../../../../streams/study/port/port.ts';
import type { Perform, SayStored } from '../../../../streams/study/training/claimedRun.ts';
import { type WorkOptions, work } from '../../../../streams/study/training/work.ts';

const turn = () => new Promise((resolve) => setTimeout(resolve));
const trial = (number: number, lease?: number): ClaimReply<unknown> => ({
  next: 'trial',
  trial: number,
  attempt: 1,
  run: `r${number}`,
  params: {},
  by: 'random',
  ...(lease !== undefined && { lease }),
});

/** A loop at a port whose answers the test gives, with evaluations that the test ends. */
function world(options: Partial<WorkOptions> = {}, answers: Partial<TrainerPort<unknown>> = {}) {
  const asks: ReturnType<typeof withResolvers<ClaimReply<unknown>>>[] = [];
  const log: string[] = [];
  const says = new Map<number, SayStored>();
  const port: Pick<TrainerPort<unknown>, 'ask' | 'record' | 'heartbeat'> = {
    ask: ({ signal }) => {
      const asked = withResolvers<ClaimReply<unknown>>();
      signal?.addEventListener('abort', () => asked.reject(signal.reason));
      asks.push(asked);
      return asked.promise;
    },
    record: async (fact) => {
      log.push(`${fact.type} ${fact.trial}${fact.type === 'failed' ? ` ${fact.reason}` : ''}`);
      return { stop: false, position: 1 };
    },
    heartbeat: async () => ({ stop: false }),
    ...answers,
  };
  const perform: Perform<unknown> = ({ suggestion: { trial } }) => ({
    begin: (_, say) => {
      says.set(trial, say);
      log.push(`begun ${trial}`);
      return {
        stop: (by) => log.push(`stop ${trial} by ${by}`),
        preempt: () => say.end({ type: 'failed', trial, attempt: 1, run: `r${trial}`, reason: 'preempted', message: '' }),
      };
    },
    left: (fact) => log.push(`left ${trial}${fact ? '' : ' by all'}`),
  });
  const loop = work(port, perform, { slots: () => 1, warn: (text) => log.push(text), over: (reason) => log.push(reason), ...options });
  loop.fill();
  const end = (number: number) => says.get(number)!.end({ type: 'completed', trial: number, run: `r${number}`, values: { value: 1 } });
  const report = (number: number) =>
    says.get(number)!.report({ type: 'reported', trial: number, run: `r${number}`, step: 1, values: { value: 1 } });
  const answer = async (reply: ClaimReply<unknown>) => {
    asks.shift()!.resolve(reply);
    await turn();
  };
  return { loop, asks, log, end, report, answer };
}

const refusal = (code: 'stale-run' | 'missing-field' | 'duplicate-step') => new RefusedError({ code, message: `it is ${code}` });
const refusing = (type: TrialFact['type'], code: Parameters<typeof refusal>[0], said: string[]): Partial<TrainerPort<unknown>> => ({
  record: async (fact): Promise<Recorded> => {
    said.push(fact.type);
    if (fact.type === type) throw refusal(code);
    return { stop: false, position: 1 };
  },
});

describe('a loop', () => {
  it('asks for a trial for each free slot, and for the next one when a result is stored', async () => {
    let slots = 2;
    const { loop, asks, answer, end, log } = world({ slots: () => slots });
    expect(asks).toHaveLength(2);
    await answer(trial(1));
    expect(asks).toHaveLength(1);
    slots = 3;
    loop.fill();
    expect(asks).toHaveLength(2);
    end(1);
    await turn();
    expect(asks).toHaveLength(3);
    expect(log).toEqual(['begun 1', 'left 1', 'completed 1']);
  });

  it('is done when the study is over and its last trial has ended', async () => {
    const { loop, answer, end, log } = world({ slots: () => 2 });
    await answer(trial(1));
    await answer({ next: 'over', reason: 'trials' });
    const done = loop.done.then(() => log.push('done'));
    await turn();
    expect(log).toEqual(['begun 1', 'trials']);
    end(1);
    await turn();
    await answer({ next: 'over', reason: 'trials' });
    await answer({ next: 'over', reason: 'trials' });
    await done;
    expect(log.slice(-2)).toEqual(['completed 1', 'done']);
  });

  it('stops a trial once, by the answer to a report or to a heartbeat', async () => {
    const stop = { stop: true, by: 'asha' } as const;
    const byReport = world({}, { record: async () => ({ ...stop, position: 1 }) });
    await byReport.answer(trial(1));
    byReport.report(1);
    byReport.report(1);
    await turn();
    expect(byReport.log).toEqual(['begun 1', 'stop 1 by asha']);
    const byHeartbeat = world({}, { heartbeat: async () => stop });
    await byHeartbeat.answer(trial(1, 60));
    byHeartbeat.loop.check();
    byHeartbeat.loop.check();
    await turn();
    expect(byHeartbeat.log).toEqual(['begun 1', 'stop 1 by asha']);
  });

  it('hands back what runs when it is closed, and what it is given meanwhile', async () => {
    const given = withResolvers<ClaimReply<unknown>>();
    let asks = 0;
    const first = { ask: async () => (++asks === 1 ? trial(1) : given.promise) };
    const { loop, log } = world({ slots: () => 2 }, first);
    await turn();
    const closed = loop.close().then(() => log.push('closed'));
    await turn();
    given.resolve(trial(2));
    await closed;
    await loop.done;
    expect(log).toEqual([
      'begun 1',
      'left 1',
      'failed 1 preempted',
      expect.stringContaining('trial 2 handed back'),
      'failed 2 preempted',
      'closed',
    ]);
    expect(asks).toBe(2);
  });

  it('abandons a run that no longer holds its trial', async () => {
    const beating = world({}, { heartbeat: () => Promise.reject(refusal('stale-run')) });
    await beating.answer(trial(1, 60));
    beating.loop.check();
    await turn();
    expect(beating.log).toEqual(['begun 1', 'left 1 by all']);
    expect(beating.asks).toHaveLength(1);
    const said: string[] = [];
    const reporting = world({}, refusing('reported', 'stale-run', said));
    await reporting.answer(trial(1));
    reporting.report(1);
    await turn();
    expect(reporting.log).toContain('left 1 by all');
    expect(said).toEqual(['reported']);
  });

  it('fails a trial whose result does not count, and drops a report', async () => {
    const said: string[] = [];
    const { answer, end, log } = world({}, refusing('completed', 'missing-field', said));
    await answer(trial(1));
    end(1);
    await turn();
    expect(said).toEqual(['completed', 'failed']);
    expect(log.at(-1)).toContain('missing-field');
    const reports: string[] = [];
    const other = world({}, refusing('reported', 'duplicate-step', reports));
    await other.answer(trial(1));
    other.report(1);
    other.end(1);
    await turn();
    expect(reports).toEqual(['reported', 'completed']);
  });

  it('waits while the first trials of a study failed alike, or ends', async () => {
    const ask = () => Promise.reject(Object.assign(new Error('they failed'), { code: 'no-result' }));
    const patient = world({ slots: () => 2 }, { ask });
    await turn();
    patient.loop.fill();
    await turn();
    expect(patient.log).toEqual(['they failed']);
    await expect(world({ onBroken: 'end' }, { ask }).loop.done).rejects.toThrow('they failed');
    await expect(world({}, { ask: () => Promise.reject(new Error('no right')) }).loop.done).rejects.toThrow('no right');
  });
});
