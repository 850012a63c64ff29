import { expect, it, vi } from 'vitest';
import { fitInOrder } from '../../../src/numeric/gp/fit.ts';
import { boSurrogate } from '../../../src/samplers/bo/bo.ts';
import { KernelFit } from '../../../src/samplers/bo/fit.ts';
import { rootEnv } from '../../support/interview.ts';
import { bowl, completed, square } from './study.ts';

it('a long fit builds its tasks once, when it begins', async () => {
  const built = vi.spyOn(KernelFit.prototype, 'remaining');
  const settings = { startup: 6, costAware: false, integrated: false } as const;
  const core = boSurrogate({ ...rootEnv(square), name: 'bo' }, settings, 0);
  let state = core.start;
  for (let id = 1; id <= 8; id++) {
    const point = [id / 9, (3 * id) % 1];
    state = core.tell(state, { type: 'suggested', id, by: 'bo', point });
    state = core.tell(state, { type: 'ended', id, by: 'bo', point, ...completed(bowl(point)) });
  }
  const long = core.longFit!(state)!;
  expect(core.longFit!(state)).toBeDefined();
  expect(built).not.toHaveBeenCalled();
  const tasks: number[] = [];
  await long(async (all) => {
    tasks.push(all.length);
    return all.map(fitInOrder);
  });
  expect(tasks).toEqual([built.mock.calls.length]);
  expect(core.longFit!(state)).toBeUndefined();
  built.mockRestore();
});
