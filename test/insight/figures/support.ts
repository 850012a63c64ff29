import { type FigureView, figureStudy } from '../../../src/insight/figures/figureStudy.ts';
import { space } from '../../../src/space/space.ts';
import { choice, float } from '../../../src/space/types/dimension.ts';
import type { TrialRow } from '../../../src/study/trials.ts';

const net = space({ lr: float(1e-4, 1, { log: true }), kind: choice(['relu', 'tanh']) });

/** A completed trial, and what is different about it. */
export const trialRow = (trial: number, loss: number, more: Partial<TrialRow> & { readonly curve?: readonly number[] } = {}) => ({
  trial,
  params: { lr: 10 ** (-4 + (trial % 5)), kind: trial % 2 ? 'relu' : 'tanh' },
  status: 'completed' as const,
  attempt: 1,
  values: { loss },
  by: 'random',
  suggested: 3 * trial,
  suggestedAt: 1000 * trial,
  startedAt: 1000 * trial,
  endedAt: 1000 * trial + 900,
  trainer: 'host',
  ...more,
});

export const studyOf = (
  rows: readonly (TrialRow & { readonly curve?: readonly number[] })[],
  names: readonly string[] = ['loss'],
  view: FigureView = {},
) =>
  figureStudy({
    view,
    rows,
    objectives: names.map((name) => ({ name, direction: 'minimize' as const })),
    space: net.toJSON(),
    at: 60_000,
  });
