import { describe, expect, it } from 'vitest';
import { Leases } from '../../../streams/engine/leases.ts';

/** Calls `due` at each time that it returns. */
function tick(leases: Leases, from: number, to: number): number[] {
  const due: number[] = [];
  for (let now = from; now <= to; now += leases.interval) due.push(...leases.due(now));
  return [...new Set(due)];
}

describe('leases', () => {
  it('end when a trial has been silent for that long', () => {
    const leases = new Leases(1000);
    leases.extend(1, 0);
    leases.extend(2, 0, 2);
    expect(tick(leases, 0, 950)).toEqual([]);
    expect(tick(leases, 1000, 1950)).toEqual([1]);
    expect(tick(leases, 2000, 2000)).toEqual([1, 2]);
  });

  it('are extended by a heartbeat, and end with the trial', () => {
    const leases = new Leases(1000);
    leases.extend(1, 0);
    leases.extend(2, 0);
    tick(leases, 0, 900);
    leases.extend(1, 900);
    leases.end(2);
    expect(tick(leases, 950, 1850)).toEqual([]);
    expect(tick(leases, 1900, 1900)).toEqual([1]);
  });

  it('start again in full after a gap of the clock', () => {
    const leases = new Leases(1000);
    leases.extend(1, 0);
    leases.extend(2, 0, 2);
    tick(leases, 0, 500);
    expect(leases.due(9000)).toEqual([]);
    expect(tick(leases, 9050, 9950)).toEqual([]);
    expect(tick(leases, 10_000, 10_950)).toEqual([1]);
    expect(tick(leases, 11_000, 11_000)).toEqual([1, 2]);
  });

  it('start again on request', () => {
    const leases = new Leases(1000);
    leases.extend(1, 0);
    tick(leases, 0, 900);
    leases.restart(950);
    expect(tick(leases, 1000, 1900)).toEqual([]);
    expect(leases.isDue(1, 1949)).toBe(false);
    expect(leases.isDue(1, 1950)).toBe(true);
  });
});
