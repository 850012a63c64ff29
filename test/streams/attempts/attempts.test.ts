import { describe, expect, it, vi } from 'vitest';
import type { Fact } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Attempts } from '../../../streams/attempts/attempts.ts';
import { watchAttempts } from '../../../streams/attempts/watchAttempts.ts';
import { LEASE, watched } from './support.ts';

describe('a claimed attempt', () => {
  it('is lost when its run has been silent for a lease', () => {
    const { attempts, claim, tick } = watched();
    claim(1, 0);
    claim(2, 0);
    tick(0, 60);
    expect(attempts.hear(2, '2.1', undefined, 60)).toBe(true);
    expect(tick(65, 95)).toEqual([]);
    expect(tick(100, 155)).toEqual([1]);
    expect(tick(160, 160)).toEqual([2]);
  });

  it('is kept by each of its facts, and by heartbeats of its own run and trainer only', () => {
    const { attempts, claim, say, tick } = watched();
    claim(1, 0);
    claim(2, 0);
    tick(0, 50);
    say({ type: 'reported', trial: 1, run: '1.1', step: 1, values: { value: 1 } }, 50);
    expect(attempts.hear(2, '1.1', undefined, 50)).toBe(false);
    expect(attempts.hear(2, '2.1', 'thief', 50)).toBe(false);
    expect(attempts.hear(9, '9.1', undefined, 50)).toBe(false);
    expect(tick(55, 145)).toEqual([2]);
  });

  it('is lost with the fields that name it, and stays if the log has facts that are not applied yet', () => {
    const { attempts, ledger, claim, tick } = watched();
    claim(1, 0);
    tick(0, 95);
    expect(attempts.due(100)).toContain(1);
    expect(attempts.lose(1, ledger.position + 1, 100)).toBeUndefined();
    const lost = { type: 'failed', trial: 1, attempt: 1, run: '1.1', reason: 'lost', message: 'no heartbeat' };
    expect(attempts.lose(1, ledger.position, 100)).toEqual(lost);
    expect(attempts.lose(1, ledger.position, 105)).toBeUndefined(); // the fact is on its way
    expect(attempts.lose(1, ledger.position, 200)).toEqual(lost); // it was not stored
  });

  it('has its whole time again after a gap of the clock, and on request', () => {
    const { attempts, claim, tick } = watched();
    claim(1, 0);
    tick(0, 50);
    expect(tick(900, 995)).toEqual([]);
    attempts.restart(995);
    expect(tick(1000, 1090)).toEqual([]);
    expect(tick(1095, 1095)).toEqual([1]);
  });
});

describe('an attempt that no trainer has claimed', () => {
  const noted = (attempts: Attempts, fact: Partial<Fact> & Pick<Fact, 'type'>, effect: string, now = 0) => {
    attempts.apply({ effect, fact, position: 1 } as AppliedEntry, now);
    const { count, forAll } = attempts.unclaimed;
    return [count, forAll, attempts.claimed];
  };

  it('is counted until it is claimed or ends, and apart if only certain trainers may claim it', () => {
    const attempts = new Attempts(LEASE);
    const suggested = (trial: number, more = {}) => ({ type: 'suggested', trial, attempt: 1, by: 'random', ...more }) as const;
    expect(noted(attempts, suggested(1), 'suggested')).toEqual([1, 1, 0]);
    expect(noted(attempts, suggested(2), 'suggested')).toEqual([2, 2, 0]);
    expect(noted(attempts, { type: 'started', trial: 1, run: 'r' }, 'noted')).toEqual([1, 1, 1]);
    expect(noted(attempts, { type: 'failed', trial: 1, run: 'r' }, 'noted')).toEqual([1, 1, 0]);
    expect(noted(attempts, suggested(1, { attempt: 2, avoid: ['w1'] }), 'retried')).toEqual([2, 1, 0]);
    expect(noted(attempts, suggested(1, { attempt: 3 }), 'retried')).toEqual([2, 2, 0]);
    expect(noted(attempts, { type: 'failed', trial: 1 }, 'ended')).toEqual([1, 1, 0]);
    expect(noted(attempts, suggested(3, { by: 'import' }), 'suggested')).toEqual([1, 1, 0]);
    expect(noted(attempts, suggested(4), 'void')).toEqual([1, 1, 0]);
    expect(noted(attempts, suggested(5), 'rejected')).toEqual([1, 1, 0]);
  });

  it('waits two leases if only certain trainers may claim it, and for ever if all may', () => {
    const attempts = new Attempts(LEASE);
    noted(attempts, { type: 'suggested', trial: 1, attempt: 2, by: 'random', avoid: ['w1'] }, 'retried');
    noted(attempts, { type: 'suggested', trial: 2, attempt: 1, by: 'random' }, 'suggested');
    const lost = new Set<number>();
    for (let now = 0; now < 20 * LEASE; now += attempts.interval)
      for (const trial of attempts.due(now)) if (attempts.lose(trial, 1, now)) lost.add(now).add(trial);
    expect([...lost].slice(0, 2)).toEqual([2 * LEASE, 1]);
    expect([...lost]).not.toContain(2);
  });

  it('is lost at once when a person cancels it or the study closes, and when it is suggested again by an engine that had not read that', () => {
    const { attempts, ledger, claim, say, tick } = watched();
    claim(1, 10);
    tick(0, 10);
    say({ type: 'cancelled', trial: 2 }, 12);
    expect(tick(15, 15)).toEqual([2]);
    say({ type: 'closed', reason: 'target' }, 16);
    expect([1, 3, 4].map((trial) => attempts.stopOf(trial)?.by)).toEqual(['closed', 'closed', 'closed']);
    expect(tick(20, 20)).toEqual([3, 4, 5]);
    const { params } = ledger.open.get(3)!.suggestion;
    say({ type: 'suggested', trial: 3, attempt: 2, by: 'random', params }, 30);
    expect(tick(35, 35)).toEqual([3]);
  });

  it('is lost at once if no trainer will claim it, also after a restart and with a new consumer', () => {
    const { attempts, claim, tick } = watched();
    tick(0, 10);
    claim(1, 10);
    for (const trial of [1, 2, 3]) attempts.hide(trial, 12);
    claim(3, 13); // a trainer that saw the trial before
    attempts.restart(14);
    attempts.deliverAgain();
    expect(tick(15, 60)).toEqual([2]);
  });

  it('is lost when the watch begins if no trainer will claim it', async () => {
    const { attempts, ledger } = watched();
    attempts.hide(2, performance.now());
    const appended: unknown[] = [];
    const log = {
      head: async () => ledger.position,
      append: async (fact: unknown) => {
        appended.push(fact);
        return 'stored' as const;
      },
    };
    const failed = vi.fn();
    const { close } = watchAttempts(attempts, log, failed);
    await new Promise(setImmediate);
    close();
    expect(appended).toEqual([{ type: 'failed', trial: 2, attempt: 1, reason: 'lost', message: 'no trainer claimed it' }]);
    expect(failed).not.toHaveBeenCalled();
  });

  it('is lost at once if no trainer will claim it and a strategy stops it, in any order', () => {
    const { attempts, tick } = watched();
    tick(0, 10);
    attempts.stop(1, { by: 'asha' }, 11);
    attempts.hide(1, 12);
    attempts.hide(2, 11);
    attempts.stop(2, { by: 'asha' }, 12);
    attempts.stop(3, { by: 'asha' }, 12);
    attempts.restart(14);
    expect(tick(15, 60)).toEqual([1, 2]);
  });
});

describe('a stop', () => {
  it('holds until its trial has ended or is suggested again', () => {
    const { attempts, claim, say } = watched();
    claim(1, 0);
    claim(2, 0);
    attempts.stop(1, { by: 'asha' }, 1);
    attempts.stop(2, { by: 'asha' }, 1);
    attempts.stop(99, { by: 'asha' }, 1);
    say({ type: 'reported', trial: 1, run: '1.1', step: 1, values: { value: 1 } }, 2);
    expect([1, 2, 3, 99].map((trial) => attempts.stopOf(trial)?.by)).toEqual(['asha', 'asha', undefined, undefined]);
    say({ type: 'stopped', trial: 1, run: '1.1' }, 3);
    say({ type: 'failed', trial: 2, run: '2.1', reason: 'preempted' }, 3);
    expect([1, 2].map((trial) => attempts.stopOf(trial)?.by)).toEqual([undefined, undefined]);
  });

  it('of a strategy lets a trainer claim an attempt, and then stop it', () => {
    const { attempts, claim, tick } = watched();
    tick(0, 0);
    attempts.stop(1, { by: 'asha' }, 0);
    expect(tick(5, 300)).toEqual([]);
    claim(1, 300);
    expect(attempts.stopOf(1)?.by).toBe('asha');
  });

  it('of a person does not end an attempt that a trainer has claimed before, but its lease does', () => {
    const { attempts, claim, say, tick } = watched();
    tick(0, 10);
    claim(1, 10);
    say({ type: 'cancelled', trial: 1 }, 10);
    expect(attempts.stopOf(1)?.by).toBe('person');
    expect(tick(15, 105)).toEqual([]);
    expect(tick(110, 110)).toEqual([1]);
  });
});

describe('an attempt is passed over, and lost when its time is up,', () => {
  const endless = Number.POSITIVE_INFINITY;
  /** The trials that would be lost if their time were up. */
  const passedOver = ({ attempts, ledger }: ReturnType<typeof watched>, now: number) =>
    [...ledger.open.keys()].filter((trial) => ledger.open.get(trial)!.run === undefined && attempts.lose(trial, ledger.position, now));

  it('if later ones are claimed at two times a lease apart', () => {
    for (const [gap, lost] of [
      [LEASE - 1, []],
      [LEASE, [1]],
    ] as const) {
      const study = watched();
      study.claim(2, 10);
      study.claim(3, 10 + gap);
      expect(passedOver(study, 500)).toEqual(lost);
    }
  });

  it('if the consumer has delivered it and trainers wait, at two times a lease apart', () => {
    const study = watched();
    for (const now of [10, 10 + LEASE]) study.attempts.passOver(study.at(2), now);
    expect(passedOver(study, 500)).toEqual([1, 2]);
  });

  it('but not if it waits because all trainers are busy, however long', () => {
    const study = watched();
    study.claim(1, 10);
    for (let trial = 1, now = 10; trial < 10; trial++, now += 10 * LEASE) {
      study.attempts.passOver(0, now); // no pull waits
      study.say({ type: 'completed', trial, run: `${trial}.1`, values: { value: 1 } }, now);
      study.claim(trial + 1, now);
      expect(passedOver(study, now + 5 * LEASE)).toEqual([]);
    }
  });

  it('but not its next attempt, which is offered after all others', () => {
    const study = watched();
    const { attempts, claim, say, at } = study;
    for (const now of [10, 10 + LEASE]) attempts.passOver(endless, now);
    say({ type: 'failed', trial: 1, attempt: 1, reason: 'lost' }, 120);
    for (const trial of [2, 3, 4]) claim(trial, 130 + trial * LEASE);
    expect(passedOver(study, 900)).toEqual([]);
    expect(attempts.unclaimed).toEqual({ count: 1, forAll: 1, from: at(1, 2) });
  });

  it('but not before a new consumer has had its time', () => {
    const study = watched();
    const { attempts } = study;
    for (const now of [10, 10 + LEASE]) attempts.passOver(endless, now);
    attempts.deliverAgain();
    expect(passedOver(study, 500)).toEqual([]);
    attempts.passOver(endless, 510);
    expect(passedOver(study, 700)).toEqual([]);
    attempts.passOver(endless, 510 + LEASE);
    expect(passedOver(study, 900)).toEqual([1, 2, 3, 4]);
  });
});
