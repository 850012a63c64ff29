import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Amounts, amountsIn, fitting } from '../../src/worker/amounts.ts';
import { type SharedSlots, sharedSlots } from '../../src/worker/sharedSlots.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A study with trials of some milliseconds, from a time on. */
function study(
  at: SharedSlots,
  slots: number,
  { weight = 1, lasting = 100, from = 0, needs = {} as Amounts, priority = (): number => 1 } = {},
) {
  const gate = at.join(weight, needs);
  const spent = { trials: 0, most: 0, used: new Set<number>() };
  let running = 0;
  const id = Math.random();
  const loop = () =>
    gate.whenOpen(() => {
      setTimeout(
        () => {
          gate.answered();
          const run = `${id}.${spent.trials}`;
          if (!gate.enter(run, priority())) return loop();
          spent.trials++;
          spent.used.add(at.slotOf(run));
          spent.most = Math.max(spent.most, ++running);
          setTimeout(() => {
            running--;
            gate.leave(run);
            loop();
          }, lasting);
        },
        Math.max(1, from - Date.now()),
      );
    });
  for (let slot = 0; slot < slots; slot++) loop();
  return spent;
}
const begin = (slots: number, has?: Amounts) => {
  vi.setSystemTime(0);
  return sharedSlots(slots, has, () => Date.now());
};

it('share one slot by weight', async () => {
  const at = begin(1);
  const [a, b] = [study(at, 1, { weight: 3 }), study(at, 1)];
  await vi.advanceTimersByTimeAsync(100_000);
  expect(a.trials / b.trials).toBeGreaterThan(2.8);
  expect(a.trials / b.trials).toBeLessThan(3.2);
  expect(a.trials + b.trials).toBeGreaterThan(700);
});

it('share by priority, as of the last trial that was suggested', async () => {
  const at = begin(1);
  let priority = 1;
  const [a, b] = [study(at, 1, { weight: 2, priority: () => priority }), study(at, 1)];
  await vi.advanceTimersByTimeAsync(50_000);
  const before = [a.trials, b.trials] as const;
  expect(before[0] / before[1]).toBeCloseTo(2, 0);
  priority = 4;
  await vi.advanceTimersByTimeAsync(100_000);
  const ratio = (a.trials - before[0]) / (b.trials - before[1]);
  expect(ratio).toBeGreaterThan(6.5);
  expect(ratio).toBeLessThan(9);
});

it('share the time of slots, not the number of trials', async () => {
  const at = begin(4);
  const [short, long] = [study(at, 4, { lasting: 50 }), study(at, 4, { lasting: 500 })];
  await vi.advanceTimersByTimeAsync(100_000);
  const ratio = (short.trials * 50) / (long.trials * 500);
  expect(ratio).toBeGreaterThan(0.8);
  expect(ratio).toBeLessThan(1.25);
  expect(short.used.size).toBe(4);
});

it('give all slots to one study while the others have no trial, and no more than its share to one that comes later', async () => {
  const at = begin(2);
  const [a, late] = [study(at, 2), study(at, 2, { from: 50_000 })];
  await vi.advanceTimersByTimeAsync(49_000);
  expect(a).toMatchObject({ most: 2 });
  expect(a.trials).toBeGreaterThan(900);
  const before = a.trials;
  await vi.advanceTimersByTimeAsync(51_000);
  expect((a.trials - before) / late.trials).toBeGreaterThan(0.8);
});

it('never run more trials than there are slots', async () => {
  const at = begin(3);
  const all = [study(at, 3), study(at, 3, { weight: 2 }), study(at, 3, { lasting: 10 })];
  await vi.advanceTimersByTimeAsync(5000);
  for (const { most, used } of all) {
    expect(most).toBeLessThanOrEqual(3);
    expect([...used].every((slot) => slot < 3)).toBe(true);
  }
});

it('run only as many trials as their resources allow', async () => {
  const at = begin(4, { gpu: 2, memory: 10 });
  const [large, small] = [study(at, 4, { needs: { gpu: 1, memory: 4 } }), study(at, 4)];
  await vi.advanceTimersByTimeAsync(20_000);
  expect(large.most).toBe(2);
  expect(large.trials).toBeGreaterThan(100);
  expect(small.trials).toBeGreaterThan(100);
});

it('never begin a trial that needs more than there is', async () => {
  const at = begin(4, { gpu: 2 });
  const both = study(at, 4, { needs: { gpu: 2 } });
  const none = study(at, 4, { needs: { tpu: 1 } });
  await vi.advanceTimersByTimeAsync(5000);
  expect([both.most, none.trials]).toEqual([1, 0]);
});

it('give a study the whole of a resource after others have used shares of it', () => {
  const at = sharedSlots(4, { gpu: 1 });
  const [large, small, whole] = [at.join(1, { gpu: 0.4 }), at.join(1, { gpu: 0.3 }), at.join(1, { gpu: 1 })];
  for (let round = 0; round < 4; round++) {
    expect([small.enter('small'), large.enter('large'), whole.enter('whole')]).toEqual([true, true, false]);
    small.leave('small');
    large.leave('large');
    expect(whole.enter('whole')).toBe(true);
    whole.leave('whole');
  }
});

it.each([
  [{ gpu: 0.3 }, { gpu: 0.1 }, 3],
  [{ gpu: 1 }, { gpu: 0.1 }, 10],
  [{ gpu: 0.29 }, { gpu: 0.1 }, 2],
  [{ gpu: 1 }, { constructor: 1 }, 0],
])('what fits: of %j, trials of %j', (has, needs: Amounts, trials) => {
  expect(fitting(has, needs)).toBe(trials);
});

it('take any name of a resource', () => {
  expect(amountsIn(['constructor=2', 'gpu=1'])).toEqual({ constructor: 2, gpu: 1 });
  expect(() => amountsIn(['constructor=2', 'constructor=1'])).toThrow('expected constructor once, got it twice');
});

it('share slots by the weights of groups, however many studies these have', async () => {
  const at = begin(2);
  const [heavy, light] = [at.group(3), at.group(1)];
  const one = study(heavy, 2, { lasting: 70 });
  const few = [study(light, 2), study(light, 2), study(light, 2, { weight: 2 })];
  await vi.advanceTimersByTimeAsync(400_000);
  const [own, ...others] = [one, ...few].map(({ trials }, i) => trials * (i === 0 ? 70 : 100));
  const total = others.reduce((sum, time) => sum + time, own!);
  expect(own! / total).toBeGreaterThan(0.72);
  expect(own! / total).toBeLessThan(0.78);
  expect(others[2]! / (others[0]! + others[1]!)).toBeGreaterThan(0.9);
  expect(others[2]! / (others[0]! + others[1]!)).toBeLessThan(1.1);
});
