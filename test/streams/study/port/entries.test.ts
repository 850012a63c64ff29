import { expect, it, vi } from 'vitest';
import { createStudy, random } from '../../../../streams/index.ts';
import { portOf } from '../../../../streams/study/handle.ts';
import { reached, react } from '../../../../streams/study/port/entries.ts';
import { line } from '../../../support/line.ts';

const begun = () => {
  const study = createStudy(line, { strategy: random(), trials: 4 });
  return { study, port: portOf(study) };
};

it('lets reactions in any order see the state after the entry, and ends one that throws alone', async () => {
  const { study, port } = begun();
  const warn = vi.fn();
  const seen: (readonly [completed: number, position: number])[] = [];
  const completed = () => [...port.rows].filter(({ status }) => status === 'completed').length;
  react(port.live$, ({ position }) => seen.push([completed(), position - port.ledger.position]), warn);
  react(
    port.live$,
    ({ effect }) => {
      if (effect === 'ended') throw new Error('oops');
    },
    warn,
  );
  react(port.live$, ({ position }) => seen.push([completed(), position - port.ledger.position]), warn);
  for (let next = await study.ask(); next; next = await study.ask()) await study.tell(next.trial, next.params.x);
  expect((await study.result()).completed).toBe(4);
  const positions = [...Array(port.ledger.position).keys()];
  expect(positions.map((at) => seen[2 * at])).toEqual(positions.map((at) => seen[2 * at + 1]));
  expect(seen).toHaveLength(2 * port.ledger.position);
  expect(seen.every(([, behind]) => behind === 0)).toBe(true);
  expect(seen.at(-1)![0]).toBe(4);
  expect(warn.mock.calls).toEqual([[expect.stringContaining('oops')]]);
});

it('waits for a position until the study applies it, or is let go', async () => {
  const { study, port } = begun();
  await study.ready();
  const at = port.ledger.position;
  const later = reached(port, at + 2);
  await study.ask();
  await later;
  expect(port.ledger.position).toBeGreaterThanOrEqual(at + 2);
  await reached(port, at);
  const never = expect(reached(port, at + 99)).rejects.toMatchObject({ name: 'RefusedError' });
  await study.close();
  await never;
  await expect(reached(port, at + 99)).rejects.toMatchObject({ name: 'RefusedError' });
});
