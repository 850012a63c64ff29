import { describe, expect, it } from 'vitest';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { created, line } from './created.ts';

const suggested = (trial: number, attempt = 1) => ({ type: 'suggested', trial, attempt, by: 'random', params: { x: trial / 16 } });

/** A ledger, and what each fact does to it. */
function folding() {
  const ledger = new Ledger(line);
  const say = (fact: object, author?: string): string =>
    shown(ledger.fold({ position: ledger.position + 1, at: 0, fact, ...(author !== undefined && { author }) }));
  say(created);
  return { ledger, say };
}
function shown({ effect, event, refusal }: AppliedEntry): string {
  if (refusal) return `refused: ${refusal.code}`;
  return event ? `told: ${event.type}` : effect === 'retried' ? 'again' : effect;
}

describe('an author', () => {
  const claimed = () => {
    const study = folding();
    study.say(suggested(1));
    study.say({ type: 'started', trial: 1, attempt: 1, run: 'r' }, 'w1');
    return study;
  };

  it('may write about its own run, and about no other', () => {
    const { say } = claimed();
    expect(say({ type: 'started', trial: 1, attempt: 1, run: 'r', trainer: 'w1' }, 'w2')).toBe('refused: wrong-author');
    for (const fact of [
      { type: 'reported', trial: 1, step: 1, values: { value: 1 } },
      { type: 'completed', trial: 1, values: { value: 1 } },
      { type: 'stopped', trial: 1 },
      { type: 'failed', trial: 1, attempt: 1, reason: 'preempted', checkpoint: '/evil' },
    ]) {
      expect(say({ ...fact, run: 'r' }, 'w2'), fact.type).toBe('refused: wrong-author');
      expect(say(fact, 'w2'), fact.type).toBe('refused: missing-field');
      expect(say({ ...fact, run: 'x' }, 'w1'), fact.type).toBe('refused: stale-run');
    }
    expect(say({ type: 'reported', trial: 1, run: 'r', step: 1, values: { value: 1 } }, 'w1')).toBe('told: reported');
    expect(say({ type: 'completed', trial: 1, run: 'r', values: { value: 1 } }, 'w1')).toBe('told: ended');
  });

  it('may write about its own earlier attempt, even if another trainer took its name', () => {
    const { say } = claimed();
    say({ type: 'failed', trial: 1, attempt: 1, run: 'r', reason: 'lost' });
    say(suggested(1, 2));
    expect(say({ type: 'started', trial: 1, attempt: 2, run: 'r' }, 'w2')).toBe('refused: wrong-author');
    expect(say({ type: 'started', trial: 1, attempt: 2, run: 'q' }, 'w2')).toBe('noted');
    expect(say({ type: 'completed', trial: 1, run: 'q', values: { value: 0 } }, 'w1')).toBe('refused: wrong-author');
    expect(say({ type: 'completed', trial: 1, run: 'r', values: { value: 1 } }, 'w1')).toBe('told: ended');
  });

  it('that is missing is the engine, or the only writer of a journal, and may write about all runs', () => {
    const { say } = claimed();
    expect(say({ type: 'reported', trial: 1, step: 1, values: { value: 1 } })).toBe('told: reported');
    expect(say({ type: 'failed', trial: 1, run: 'r', reason: 'lost' })).toBe('noted');
  });
});

describe('a trial', () => {
  const attempts = (say: (fact: object) => string, reason: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => {
      if (i > 0) say(suggested(1, i + 1));
      say({ type: 'started', trial: 1, attempt: i + 1, run: `r${i}` });
      return say({ type: 'failed', trial: 1, attempt: i + 1, run: `r${i}`, reason });
    });

  it('is tried again after it was interrupted thirty times at most, however many attempts errors have', () => {
    const { say } = folding();
    say({ type: 'changed', limits: { attempts: 40 } });
    say(suggested(1));
    expect(attempts(say, 'lost', 40).indexOf('told: ended')).toBe(39);
  });

  it('keeps its attempts for errors when it is interrupted', () => {
    const { say } = folding();
    say({ type: 'changed', limits: { retryErrors: true, attempts: 2 } });
    say(suggested(1));
    for (let attempt = 1; attempt <= 6; attempt++) {
      if (attempt > 1) say(suggested(1, attempt));
      const ended = say({ type: 'failed', trial: 1, attempt, reason: attempt === 3 || attempt === 6 ? 'error' : 'lost' });
      expect(ended, `attempt ${attempt}`).toBe(attempt === 6 ? 'told: ended' : 'noted');
    }
  });

  it('passes on no checkpoint that begins with a dash', () => {
    const { say, ledger } = folding();
    say(suggested(1));
    say({ type: 'failed', trial: 1, attempt: 1, reason: 'preempted', checkpoint: 'epoch-3' });
    say(suggested(1, 2));
    say({ type: 'failed', trial: 1, attempt: 2, reason: 'preempted', checkpoint: '--config=/evil.yaml' });
    expect(ledger.open.get(1)!.checkpoint).toBe('epoch-3');
    say(suggested(2));
    expect(say({ type: 'completed', trial: 2, values: { value: 1 }, checkpoint: '-x' })).toBe('told: ended');
    expect(ledger.results.checkpoint(2)).toBeUndefined();
  });

  it('has losses that can be multiplied, while its values stay what they are', () => {
    const { say, ledger } = folding();
    say(suggested(1));
    const effect = ledger.fold({ position: 3, at: 0, fact: { type: 'completed', trial: 1, values: { value: -1e308 } } });
    expect(effect).toMatchObject({ event: { losses: [-1e75] } });
    expect(ledger.best).toMatchObject({ loss: -1e308, values: { value: -1e308 } });
  });
});

describe('a trial that is interrupted', () => {
  /** Interrupts attempts, after something each. @returns the number of the attempt that ended the trial */
  const lastOf = (most: number, before: (say: (fact: object) => string, attempt: number) => string | undefined) => {
    const { say } = folding();
    for (let attempt = 1; attempt <= most; attempt++) {
      say(suggested(1, attempt));
      const run = before(say, attempt);
      const reason = attempt % 2 ? 'lost' : 'preempted';
      const effect = say({ type: 'failed', trial: 1, attempt, reason, ...(run !== undefined && { run }) });
      if (effect === 'told: ended') return attempt;
      expect(effect).toBe('noted');
    }
    return undefined;
  };
  const claim = (say: (fact: object) => string, attempt: number) => {
    say({ type: 'started', trial: 1, attempt, run: `r${attempt}` });
    return `r${attempt}`;
  };
  const report = (say: (fact: object) => string, attempt: number) => {
    const run = claim(say, attempt);
    expect(say({ type: 'reported', trial: 1, run, step: 1, values: { value: 1 } })).not.toContain('refused');
    return run;
  };

  it('fails after thirty attempts in a row that were claimed and reported nothing', () => {
    expect(lastOf(40, claim)).toBe(30);
    expect(lastOf(80, (say, attempt) => (attempt === 20 ? report : claim)(say, attempt))).toBe(50);
  });

  it('does not fail by attempts that reported, or that no trainer claimed', () => {
    expect(lastOf(300, report)).toBeUndefined();
    expect(lastOf(1100, () => undefined)).toBeUndefined();
  });

  it('fails after a thousand interruptions, in any case', () => {
    expect(lastOf(1100, report)).toBe(1000);
  });
});

describe('a cancelled trial', () => {
  /** The end of a cancelled trial that a fact of its trainer ends, and its losses. */
  function ending(last: object, reports = 1) {
    const { ledger, say } = folding();
    say(suggested(1));
    say({ type: 'started', trial: 1, attempt: 1, run: 'r' }, 'w1');
    for (let step = 1; step <= reports; step++) say({ type: 'reported', trial: 1, run: 'r', step, values: { value: 1 / step } }, 'w1');
    say({ type: 'cancelled', trial: 1 });
    const { event } = ledger.fold({ position: ledger.position + 1, at: 0, fact: { trial: 1, ...last } });
    return event?.type === 'ended' ? [event.outcome, event.losses ?? event.reason] : undefined;
  }

  it.each(['lost', 'preempted', 'error', 'timeout'])('ends with its last report if its trainer ends with %s', (reason) => {
    const last = { type: 'failed', attempt: 1, run: 'r', reason };
    expect(ending(last, 2)).toEqual(['stopped', [0.5]]);
    expect(ending(last, 0)).toEqual(['failed', reason]);
  });

  it.each(['infeasible', 'non-finite'])('fails if its trainer says %s', (reason) => {
    expect(ending({ type: 'failed', attempt: 1, run: 'r', reason })).toEqual(['failed', reason]);
  });
});

describe('a suggestion', () => {
  it('counts although one before it is missing, whose number is then void', () => {
    const { say, ledger } = folding();
    expect([1, 3, 4].map((trial) => say(suggested(trial)))).toEqual(['told: suggested', 'told: suggested', 'told: suggested']);
    expect(say({ type: 'completed', trial: 3, values: { value: 1 } })).toBe('told: ended');
    expect(ledger.nextTrial).toBe(5);
    expect(ledger.running).toBe(2);
    expect([1, 2, 3].map((trial) => ledger.status(trial))).toEqual([undefined, 'void', 'completed']);
    expect(say({ type: 'completed', trial: 2, values: { value: 0 } })).toBe('refused: unknown-trial');
    expect(say({ type: 'retracted', trial: 2 })).toBe('refused: unknown-trial');
  });

  it('counts although it comes after the next one, and only once', () => {
    const { say, ledger } = folding();
    expect([2, 1, 1, 2].map((trial) => say(suggested(trial)))).toEqual([
      'told: suggested',
      'told: suggested',
      'refused: out-of-place',
      'refused: out-of-place',
    ]);
    expect([ledger.running, ledger.nextTrial]).toEqual([2, 3]);
  });

  it('of a later attempt counts although the earlier ones are missing', () => {
    const { say, ledger } = folding();
    expect(say(suggested(1, 2))).toBe('told: suggested'); // the first attempt at it
    expect(say(suggested(2))).toBe('told: suggested');
    expect(say(suggested(2, 2))).toBe('again'); // its failure
    expect(say(suggested(2, 2))).toBe('refused: out-of-place');
    expect(say({ type: 'started', trial: 2, attempt: 2, run: 'r' })).toBe('noted');
    expect(say({ type: 'completed', trial: 2, run: 'r', values: { value: 1 } })).toBe('told: ended');
    expect(ledger.running).toBe(1);
  });

  it('with a far too high number needs no memory', () => {
    const { say, ledger } = folding();
    expect(say({ ...suggested(2 ** 40), params: { x: 0.5 } })).toBe('told: suggested');
    expect(ledger.nextTrial).toBe(2 ** 40 + 1);
  });
});
