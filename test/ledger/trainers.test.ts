import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { trainerRows } from '../../src/study/trainerRows.ts';
import { created, line } from './created.ts';

/** A study that trainers write to. Times are in seconds. */
function study() {
  const ledger = new Ledger(line);
  let now = 1000;
  const say = (fact: object, author?: string) => {
    const entry = { position: ledger.position + 1, at: now * 1000, fact, ...(author !== undefined && { author }) };
    const { refusal, effect } = ledger.fold(entry);
    return refusal?.code ?? effect;
  };
  say(created);
  const attempt = (trial: number) => ledger.open.get(trial)?.suggestion.attempt ?? 0;
  const run = (trial: number) => `${trial}.${attempt(trial)}`;
  return {
    ledger,
    say,
    wait: (seconds: number) => {
      now += seconds;
    },
    suggest: (trial: number, avoid?: string[]) =>
      say({ type: 'suggested', trial, attempt: attempt(trial) + 1, by: 'random', params: { x: trial / 100 }, ...(avoid && { avoid }) }),
    claim: (trial: number, by: string) => say({ type: 'started', trial, attempt: attempt(trial), run: run(trial) }, by),
    complete: (trial: number, by: string) => say({ type: 'completed', trial, run: run(trial), values: { value: 1 } }, by),
    fail: (trial: number, by: string, reason = 'error') =>
      say({ type: 'failed', trial, attempt: attempt(trial), run: run(trial), reason, message: 'no GPU' }, by),
  };
}

/** Two trainers, of which each has completed a trial. */
function two() {
  const all = study();
  const failAtOnce = (trial: number, by = 'b') => {
    all.suggest(trial);
    all.claim(trial, by);
    return all.fail(trial, by);
  };
  const completeOne = (trial: number, by = 'a') => {
    all.suggest(trial);
    all.claim(trial, by);
    return all.complete(trial, by);
  };
  completeOne(1, 'a');
  completeOne(2, 'b');
  return { ...all, failAtOnce, completeOne };
}

describe('an error within 10 seconds', () => {
  it('ends no trial while another trainer works, and another attempt avoids the trainer', () => {
    const { ledger, failAtOnce, suggest, claim, complete } = two();
    expect(failAtOnce(3)).toBe('noted');
    expect(ledger.demand()).toMatchObject({ type: 'retry' });
    suggest(3, ['b']);
    expect(claim(3, 'b')).toBe('avoided');
    expect(claim(3, 'a')).toBe('noted');
    expect(complete(3, 'a')).toBe('ended');
    expect(ledger.status(3)).toBe('completed');
  });

  it.each([
    ['after 10 seconds', (all: ReturnType<typeof two>) => all.wait(11)],
    ['for another reason', undefined],
  ])('is distinguished from a failure %s, which ends the trial', (_, before) => {
    const all = two();
    all.suggest(3);
    all.claim(3, 'b');
    before?.(all);
    all.suggest(4);
    all.claim(4, 'a'); // the other one works
    expect(all.fail(3, 'b', before ? 'error' : 'timeout')).toBe('ended');
  });

  it('ends the trial if the trainer is the only one, or if no other was active for a minute', () => {
    const alone = study();
    alone.suggest(1);
    alone.claim(1, 'b');
    expect(alone.fail(1, 'b')).toBe('ended');
    const left = two();
    left.wait(61);
    expect(left.failAtOnce(3)).toBe('ended');
  });

  it('allows more attempts if trainers without a result fail the trial', () => {
    const { ledger, suggest, claim, fail } = two();
    suggest(3);
    for (const by of ['c', 'd', 'e']) {
      claim(3, by);
      expect(fail(3, by)).toBe('noted');
      suggest(3);
    }
    claim(3, 'f');
    expect(fail(3, 'f')).toBe('ended');
    expect(ledger.status(3)).toBe('failed');
  });

  it('lets the same trainer retry if no other one claimed the attempt', () => {
    const { ledger, failAtOnce, suggest, say } = two();
    failAtOnce(3);
    suggest(3, ['b']);
    expect(ledger.demand()).not.toMatchObject({ type: 'retry' });
    say({ type: 'failed', trial: 3, attempt: 2, reason: 'lost' });
    expect(ledger.open.get(3)).toMatchObject({ unclaimed: true, errors: 0 });
  });
});

describe('a claim while the study is paused', () => {
  it('does not count for any trainer until the study is resumed', () => {
    const { ledger, say, suggest, claim, complete } = study();
    suggest(1);
    suggest(2);
    claim(2, 'a');
    say({ type: 'changed', paused: true });
    expect([claim(1, 'a'), claim(1, 'b'), claim(2, 'a')]).toEqual(['paused', 'paused', 'noted']);
    expect(ledger.trainers.refuseClaim(undefined, ledger.open.get(1)!.suggestion)?.code).toBe('paused');
    expect(complete(1, 'a')).toBe('stale-run');
    expect(complete(2, 'a')).toBe('ended');
    say({ type: 'changed', parallel: 3 });
    expect(claim(1, 'a')).toBe('paused');
    say({ type: 'changed', paused: false });
    expect([claim(1, 'a'), complete(1, 'a')]).toEqual(['noted', 'ended']);
  });

  it('counts in the process that runs the study, whose trials begin when they are suggested', () => {
    const { say, suggest } = study();
    suggest(1);
    say({ type: 'changed', paused: true });
    expect(say({ type: 'started', trial: 1, attempt: 1, run: '1.1' })).toBe('noted');
  });
});

describe('a claim that is stored twice', () => {
  it('began when it was stored first', () => {
    const { ledger, suggest, claim, wait } = study();
    suggest(1);
    claim(1, 'a');
    wait(11);
    expect(claim(1, 'a')).toBe('noted');
    expect(ledger.open.get(1)?.claimedAt).toBe(1_000_000);
  });
});

describe('a trainer that fails three trials at once in a row', () => {
  it('is to be paused once others complete, with the reason, and takes no trial then', () => {
    const { ledger, failAtOnce, completeOne, say, suggest, claim } = two();
    for (const trial of [3, 4, 5]) failAtOnce(trial);
    expect(ledger.demand().type).toBe('retry'); // no trainer has completed a trial meanwhile
    completeOne(6);
    const demand = ledger.demand();
    expect(demand).toMatchObject({ type: 'instruct', fact: { trainer: 'b', to: 'pause', by: 'engine' } });
    if (demand.type !== 'instruct') return;
    expect(demand.fact.reason).toBe(
      'its programs failed within 10 s of their start 3 times in a row (trials 3, 4, 5), while others completed: no GPU',
    );
    expect(say(demand.fact)).toBe('noted');
    expect(ledger.demand().type).toBe('retry');
    suggest(7);
    expect(claim(7, 'b')).toBe('paused');
    expect(claim(7, 'a')).toBe('noted');
    expect(trainerRows(ledger)).toMatchObject([
      { trainer: 'a', to: 'work', holds: [7], heldSince: [expect.any(Number)], results: 2, failures: 0 },
      { trainer: 'b', to: 'pause', reason: expect.stringContaining('no GPU'), holds: [], results: 1, failures: 3 },
    ]);
  });

  it('is not paused if it completes one in between, or if a good trainer also fails one of them', () => {
    const between = two();
    for (const trial of [3, 4]) between.failAtOnce(trial);
    between.completeOne(5, 'b');
    between.failAtOnce(6);
    between.completeOne(7);
    expect(between.ledger.demand().type).toBe('retry');
    const both = two();
    for (const trial of [3, 4]) both.failAtOnce(trial);
    both.suggest(4, ['b']);
    both.claim(4, 'a');
    expect(both.fail(4, 'a')).toBe('ended');
    both.failAtOnce(5);
    both.completeOne(6);
    expect(both.ledger.demand().type).toBe('retry');
  });

  it('works again if its trials fail elsewhere, but not if a person has paused it', () => {
    const { ledger, failAtOnce, completeOne, say, suggest, claim, fail } = two();
    for (const trial of [3, 4, 5]) failAtOnce(trial);
    completeOne(6);
    const demand = ledger.demand();
    if (demand.type === 'instruct') say(demand.fact);
    suggest(3, ['b']);
    claim(3, 'a');
    fail(3, 'a');
    expect(ledger.demand()).toMatchObject({ type: 'instruct', fact: { trainer: 'b', to: 'work', by: 'engine' } });
    say({ type: 'instructed', trainer: 'b', to: 'pause' });
    expect(ledger.demand().type).toBe('retry');
  });

  it('counts from zero after a person instructs it to work', () => {
    const { ledger, failAtOnce, completeOne, say } = two();
    for (const trial of [3, 4, 5]) failAtOnce(trial);
    completeOne(6);
    say({ type: 'instructed', trainer: 'b', to: 'pause', by: 'engine' });
    say({ type: 'instructed', trainer: 'b', to: 'work', user: 'ann' });
    completeOne(7);
    expect(ledger.demand().type).toBe('retry');
    expect(ledger.trainers.get('b')?.to).toBe('work');
  });
});
