import { once } from 'node:events';
import { jetstream } from '@nats-io/jetstream';
import { describe, expect, it, vi } from 'vitest';
import { each, random } from '../../../streams/index.ts';
import { serve, trainer } from '../../../streams/nats/index.ts';
import { subjectsOf } from '../../../streams/nats/protocol/subjects.ts';
import { request } from '../../../streams/nats/studiesOn.ts';
import { coded } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { type At, engineOn, factsOf, fresh, isFact, lateFactOn, plane } from './world.ts';

const server = natsOfTests();

const parabola = ({ x, n }: At) => (x - 1) ** 2 + n;

describe('trainer', () => {
  it('evaluates a study to its end, several trials at a time', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 30, parallel: 4 });
    const trainers = [];
    for (const name of ['a', 'b']) trainers.push(trainer<At>({ nc: await server.connect(), study }, { name, slots: 2 }, parabola));
    await engine.port.finished;
    await Promise.all(trainers.map(({ done }) => done));
    const facts = await factsOf(engine.nc, study);
    const ends = facts.filter(({ type }) => type === 'completed');
    expect(ends).toHaveLength(30);
    expect(new Set(ends.map((fact) => 'trial' in fact && fact.trial)).size).toBe(30);
    expect(facts.at(-1)).toMatchObject({ type: 'closed', reason: 'trials' });
    expect(facts.filter(({ type }) => type === 'started')).toHaveLength(30);
  });

  it('evaluates trials on the examples that the study asks for', async () => {
    const study = fresh();
    await using engine = await serve(await server.connect(), plane, { study, strategy: random(), examples: 8, trials: 8, warn: () => {} });
    const evaluated: number[] = [];
    const objective = each(Array.from(Array(8).keys()), async ({ x }: At, example, { trial }) => {
      evaluated[trial] = (evaluated[trial] ?? 0) + 1;
      return { values: { value: x ** 2 + example }, constraints: [example - 4] };
    });
    const { done } = trainer({ nc: await server.connect(), study }, { name: 'w' }, objective);
    const { best } = await engine.result();
    await done;
    expect(best!.constraints).toEqual([-0.5]);
    expect(best!.values.value).toBeCloseTo(best!.params.x ** 2 + 3.5, 9);
    expect(best!.step).toBe(8);
    expect(evaluated[1]).toBe(2);
  });

  it('fails trials whose results have another name, so that the study ends', async () => {
    const study = fresh();
    await using engine = await serve(await server.connect(), plane, {
      study,
      strategy: random(),
      objectives: { loss: 'minimize' },
      trials: 9,
      warn: () => {},
    });
    const { close } = trainer({ nc: await server.connect(), study }, { name: 'w', warn: () => {} }, () => ({ values: { los: 1 } }));
    await expect(engine.result()).rejects.toThrow('values.loss is missing');
    await close();
  });

  it('waits for a study that does not exist, and prints that once', async () => {
    const study = fresh();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { done } = trainer<At>({ nc: await server.connect(), study }, {}, ({ x }) => x);
    await eventually(() => expect(warn).toHaveBeenCalledWith(`waiting for the study ${study}, which is not on this server yet`));
    await using _engine = await engineOn(server, { study, trials: 1 });
    await done;
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it.each([
    ['with metrics of 23 KB, all of which count', 1000, undefined, ['metrics']],
    ['with metrics of 230 KB, without which it counts', 10_000, undefined, []],
    ['with a gradient of 230 KB, without which it counts, and small metrics', 1, 10_000, []],
    ['with metrics of 2 MB, more than a message may have', 100_000, undefined, []],
  ])('is trained once %s', async (_, metrics, gradient, left) => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1, lease: 5 });
    const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`layer_${i}_norm`, 0.1]));
    const warnings: string[] = [];
    let trainings = 0;
    const objective = ({ x }: At, { report }: { report: (value: number, step: number, metrics: object) => void }) => {
      trainings++;
      report(x + 1, 1, named(metrics));
      return { values: { value: x }, metrics: named(metrics), ...(gradient && { gradient: { value: named(gradient) } }) };
    };
    const { done } = trainer<At>(
      { nc: await server.connect(), study },
      { name: 'w', warn: (text) => warnings.push(text) },
      objective as never,
    );
    await engine.port.finished;
    await done;
    expect(trainings).toBe(1);
    const { fact } = await engine.heard.until(isFact('completed'));
    expect(Object.keys(fact as object).filter((name) => name === 'metrics' || name === 'gradient')).toEqual(left);
    expect(await engine.heard.until(isFact('reported'))).toMatchObject({ fact: { step: 1 } });
    expect(warnings.filter((text) => text.includes('left out of completed'))).toHaveLength(left.length > 0 ? 0 : gradient ? 2 : 1);
  });

  it('reports, and obeys stops', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const nc = await server.connect();
    let reason: unknown;
    const { done } = trainer<At>({ nc, study }, {}, async (_, { report, signal }) => {
      report(3);
      report(2);
      await engine.heard.until(isFact('reported', { step: 2 }));
      await nc.request(subjectsOf(study).rpc('cancel'), JSON.stringify({ trial: 1 }));
      if (!signal.aborted) await once(signal, 'abort');
      reason = signal.reason;
      return 17;
    });
    await engine.port.finished;
    await done;
    expect((reason as Error).message).toBe('stopped by person');
    expect(engine.heard.all.map(({ fact }) => fact).find((fact) => (fact as { type: string }).type === 'stopped')).toMatchObject({
      step: 2,
      by: 'person',
    });
  });

  it('hands its trials back when it is closed', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const first = trainer<At>({ nc: await server.connect(), study }, { name: 'first' }, () => new Promise<number>(() => {}));
    await engine.heard.until(isFact('started'));
    await first.close();
    const second = trainer<At>({ nc: await server.connect(), study }, { name: 'second' }, parabola);
    await engine.port.finished;
    await second.done;
    const facts = await factsOf(engine.nc, study);
    expect(facts).toContainEqual(expect.objectContaining({ type: 'failed', reason: 'preempted', trial: 1, attempt: 1 }));
    expect(facts).toContainEqual(expect.objectContaining({ type: 'started', trainer: 'second', trial: 1, attempt: 2 }));
  });

  it('reports why its study has closed, also before it started', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 1 });
    const run = async (name: string) => {
      const reasons: string[] = [];
      await trainer<At>({ nc: await server.connect(), study }, { name, closed: (reason) => reasons.push(reason) }, parabola).done;
      return reasons;
    };
    expect(await run('first')).toEqual(['trials']);
    expect(await run('late')).toEqual(['trials']);
    await request(engine.nc, study, 'annotate', { note: 'the best so far' }); // this hides the close from a trainer
    expect(await run('later')).toEqual(['trials']);
  });

  it('leaves no timer when it is closed after its end', async () => {
    const study = fresh();
    await using _engine = await engineOn(server, { study, trials: 1 });
    const { done, close } = trainer<At>({ nc: await server.connect(), study }, {}, parabola);
    await done;
    const begun = vi.spyOn(globalThis, 'setInterval');
    await close();
    expect(begun).not.toHaveBeenCalled();
    begun.mockRestore();
  });

  it('gets the close of its study again while it runs, but not when it ends', async () => {
    const study = fresh();
    await using _engine = await engineOn(server, { study, trials: 1 });
    await trainer<At>({ nc: await server.connect(), study }, {}, parabola).done;
    const nc = await server.connect();
    const { beat, directive } = subjectsOf(study);
    const directives: unknown[] = [];
    nc.subscribe(directive('*'), { callback: (_, message) => void directives.push(message.json()) });
    nc.publish(beat('gone', 0), JSON.stringify({ slots: 1, ended: true }));
    nc.publish(beat('here', 0), JSON.stringify({ slots: 1 }));
    await request(nc, study, 'study', {}); // answered after them
    expect(directives).toEqual([{ type: 'closed', reason: 'trials' }]);
  });

  it('gives up a claim that came second', async () => {
    const study = fresh();
    const subjects = subjectsOf(study);
    await using engine = await engineOn(server, { study, trials: 2 });
    const nc = await server.connect();
    await engine.heard.until(isFact('suggested'));
    const say = (fact: object) => jetstream(nc).publish(subjects.by('quick', 1), JSON.stringify(fact));
    await say({ type: 'started', trial: 1, attempt: 1, run: 'quick' });
    await say({ type: 'failed', trial: 1, attempt: 0, reason: 'error' }); // hides the claim from the trainer, which reads the last fact
    const { done } = trainer<At>({ nc: await server.connect(), study }, {}, async ({ x }, { trial, signal }) => {
      if (trial > 1) return x;
      if (!signal.aborted) await once(signal, 'abort');
      return x;
    });
    await engine.heard.until(isFact('started', { run: 'quick' }));
    await jetstream(nc).publish(
      subjects.by('quick', 1),
      JSON.stringify({ type: 'completed', trial: 1, run: 'quick', values: { value: 3 } }),
    );
    await engine.port.finished;
    await done;
    const ends = (await factsOf(engine.nc, study)).filter(({ type }) => type === 'completed');
    expect(ends).toMatchObject([{ run: 'quick' }, { trial: 2 }]);
  });

  it.each([
    ['does not train again what has ended', true, [2]],
    ['trains what is still free', false, [1, 2]],
  ])('%s, though the last fact about the trial is a late one of an earlier attempt', async (_, hasEnded, trained) => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2 });
    await lateFactOn(server, study, engine.heard, hasEnded);
    const begun: number[] = [];
    const { done } = trainer<At>({ nc: await server.connect(), study }, {}, ({ x }, { trial }) => {
      begun.push(trial);
      return x;
    });
    await engine.port.finished;
    await done;
    expect(begun).toEqual(trained);
  });

  it('sends heartbeats while its objective blocks', async () => {
    const study = fresh();
    await using engine = await engineOn(server, { study, trials: 2, lease: 1.5 });
    const block = ({ x }: At) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100); // lets the engine of this process tick
      return x;
    };
    const { done } = trainer<At>({ nc: await server.connect(), study }, { blocking: { servers: server.url } }, block);
    await engine.port.finished;
    await done;
    expect((await factsOf(engine.nc, study)).filter(({ type }) => type === 'failed')).toEqual([]);
  });

  it('ends when it is closed before there is a study, and with an error when its connection is', async () => {
    const nc = await server.connect();
    const [first, second] = [trainer({ nc, study: fresh() }, {}, () => 1), trainer({ nc, study: fresh() }, {}, () => 1)];
    await first.close();
    await nc.close();
    await expect(second.done).rejects.toThrow(coded('connection-closed'));
  });

  it('leaves out fields that make a fact too long, warns, and continues', async () => {
    const study = fresh();
    const warnings: string[] = [];
    await using engine = await engineOn(server, { study, trials: 4, maxMessageBytes: 2000 });
    const long = 'x'.repeat(3000);
    // Longer than the stream accepts, longer than any message may be, and values without JSON.
    const metrics = [{ [long]: 1 }, {}, { ['x'.repeat(2e6)]: 1 }, { big: 1n as unknown as number }];
    const { done } = trainer<At>(
      { nc: await server.connect(), study },
      { warn: (message) => warnings.push(message) },
      ({ x }, { trial, report }) => {
        report(x, 1);
        report(x, 2, metrics[trial - 1]);
        return trial === 2 ? { values: { value: x }, checkpoint: long } : x;
      },
    );
    await engine.port.finished;
    await done;
    const facts = (await factsOf(engine.nc, study)).filter(({ type }) => ['reported', 'completed', 'failed'].includes(type));
    expect(facts).toMatchObject([
      { type: 'reported', trial: 1, step: 1 },
      { type: 'reported', trial: 1, step: 2 },
      { type: 'completed', trial: 1 },
      { type: 'reported', trial: 2, step: 1 },
      { type: 'reported', trial: 2, step: 2 },
      { type: 'completed', trial: 2 },
      { type: 'reported', trial: 3, step: 1 },
      { type: 'reported', trial: 3, step: 2 },
      { type: 'completed', trial: 3 },
      { type: 'reported', trial: 4, step: 1 },
      { type: 'completed', trial: 4 },
    ]);
    expect(warnings.map((warning) => warning.slice(0, 17))).toEqual([
      'trial 1: metrics ',
      'trial 2: checkpoi',
      'trial 3: metrics ',
      'trial 4: reported',
    ]);
  });

  it('takes one trial at a time if the objective blocks', async () => {
    const nc = await server.connect();
    expect(() => trainer({ nc, study: fresh() }, { slots: 2, blocking: { servers: server.url } }, () => 1)).toThrow('slots: expected 1');
    expect(() => trainer({ nc, study: fresh() }, { name: 'A.b' }, () => 1)).toThrow('name: expected');
  });
});
