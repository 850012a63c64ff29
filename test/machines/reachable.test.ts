import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine, StateValue } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { claimMachine } from '../../machines/claim.ts';
import { lbfgsMachine, sgdMachine } from '../../machines/descent.ts';
import { evolutionMachine } from '../../machines/evolution.ts';
import { externalMachine } from '../../machines/external.ts';
import { halvingMachine } from '../../machines/halving.ts';
import { handOverMachine } from '../../machines/handOver.ts';
import { populationMachine } from '../../machines/population.ts';
import { sequenceMachine } from '../../machines/sequence.ts';
import { type StudyEvent, studyMachine } from '../../machines/study.ts';
import { surrogateMachine } from '../../machines/surrogate.ts';
import type { Evolution } from '../../src/samplers/evolution/evolution.ts';
import type { Descent, DescentState } from '../../src/samplers/gradient/descent.ts';
import { numberedSequence } from '../../src/samplers/sequence.ts';
import { populationOf } from '../../src/schedulers/population.ts';
import { rootEnv } from '../support/interview.ts';
import { textbook } from '../support/spaces.ts';

const env = { ...rootEnv(textbook), name: 'list' };

/** A machine, what it begins with, and what may happen to it. */
interface Life {
  readonly machine: AnyStateMachine;
  readonly input?: unknown;
  readonly events: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[];
}

const studyEvents: readonly StudyEvent[] = [
  { type: 'caughtUp', closed: false },
  { type: 'caughtUp', closed: true },
  ...(
    ['amended', 'fenced', 'stirred', 'appended', 'stored', 'waits', 'fits', 'closed', 'reopened', 'drained', 'retried', 'disposed'] as const
  ).map((type) => ({ type })),
];

/** Two generations of one trial; a report of the second one restarts it. */
const twins: Evolution<{ generation: number; issued: boolean; ended: boolean; restarted: boolean }> = {
  start: { generation: 0, issued: false, ended: false, restarted: false },
  fold: (state, { type }) =>
    type === 'reported'
      ? { ...state, restarted: true }
      : type === 'suggested'
        ? { ...state, issued: true }
        : { ...state, ended: true, restarted: false },
  founded: ({ generation, restarted }) => generation > 0 && !restarted,
  barrier: {
    full: ({ issued }) => issued,
    settled: ({ ended }) => ended,
    advance: ({ generation }) => ({ generation: generation + 1, issued: false, ended: false, restarted: false }),
  },
  over: ({ generation }) => generation === 2,
  found: () => ({ point: [0, 0] }),
  breed: () => ({ point: [0, 0] }),
};

/** Needs a long fit at every second check. */
const fits = {
  looks: 0,
  longFit: () => (fits.looks++ % 2 ? async () => {} : undefined),
};

/** Results whose tags decide what they mean. */
const verdict = (says: string) => ({ type: 'ended', by: 'list', tags: { says } });

/** A descent that only keeps what the last result means. */
const slope: Descent<DescentState> = {
  start: { verdict: 'open', started: 1, round: { number: 1, slots: [] } },
  fold: (state, { tags }) => ({ ...state, verdict: tags!.says! }),
  next: (state) => ({ ...state, verdict: 'open' }),
  propose: () => ({ point: [0, 0] }),
};

/** Two members, of one stage each. */
const pair = populationOf(
  { ...env, name: 'pair' },
  { population: 2, interval: 1, max: 1, quantile: 0.5, resample: 0, step: 0.1, fixed: new Set() },
);

/** A `moved` event for each combination of its conditions. */
const moved = (...signs: readonly string[]): Life['events'] =>
  signs.reduce<Life['events']>(
    (events, sign) => events.flatMap((event) => [true, false].map((is) => ({ ...event, [sign]: is }))),
    [{ type: 'moved' }],
  );

/** A new machine adds one row, under the name of its file; where a file has several, each has one. */
const lives: Readonly<Record<string, Life>> = {
  claim: { machine: claimMachine, events: [{ type: 'begun' }, { type: 'ended' }, { type: 'stored' }] },
  halving: { machine: halvingMachine, events: moved('promotable', 'learning', 'full') },
  evolution: {
    machine: evolutionMachine,
    input: { env, core: twins },
    events: [{ type: 'suggested' }, { type: 'reported' }, { type: 'ended' }],
  },
  handOver: {
    machine: handOverMachine,
    input: {},
    events: [true, false].map((passed) => ({ type: 'moved', passed })),
  },
  external: {
    machine: externalMachine,
    input: { env, proposer: 'agent', seconds: 1 },
    events: [
      { type: 'proposed', proposer: 'agent', proposal: 2, point: [0, 0] },
      { type: 'suggested', id: 1, by: 'external', point: [0, 0], proposal: 2 },
      { type: 'expired', proposer: 'agent' },
    ],
  },
  'descent: lbfgs': {
    machine: lbfgsMachine,
    input: { env, core: slope },
    events: [verdict('downhill'), verdict('noGradient'), verdict('converged'), verdict('finished')],
  },
  population: {
    machine: populationMachine,
    input: { env: { ...env, name: 'pair' }, core: pair },
    events: ['0', '1'].flatMap((number) => {
      const trial = { id: 1, by: 'pair', point: [0, 0], budget: 1, tags: { pair: number } };
      return [
        { ...trial, type: 'suggested' },
        { ...trial, type: 'ended', outcome: 'completed', losses: [1] },
      ];
    }),
  },
  sequence: {
    machine: sequenceMachine,
    input: { env, core: numberedSequence(env, 2, (i) => [i, i]) },
    events: ['0', '1'].map((list) => ({ type: 'suggested', id: 1, by: 'list', point: [0, 0], tags: { list } })),
  },
  'descent: sgd': {
    machine: sgdMachine,
    input: { env, core: slope },
    events: [verdict('told'), verdict('noGradient'), verdict('averageDue'), verdict('converged'), verdict('finished')],
  },
  surrogate: {
    machine: surrogateMachine,
    input: { env, core: fits, elsewhere: async () => [], now: () => ({}) },
    events: moved('ready', 'fellBack'),
  },
  study: { machine: studyMachine, events: studyEvents },
};

/** The phases that some sequence of events reaches, in a few thousand steps at most. */
function reached({ machine, input, events }: Life): Set<string> {
  const paths = getShortestPaths(machine, {
    input,
    events,
    limit: 5000,
    serializeState: ({ value, context: { state, inbox } }) =>
      JSON.stringify([value, state, inbox && [inbox.proposals.length > 0, inbox.isAbsent]]),
  });
  return new Set(paths.flatMap(({ state }) => leavesOf(state.value)));
}

/** The innermost states of a state value, such as `open.idle`. */
const leavesOf = (value: StateValue): string[] =>
  typeof value === 'string' ? [value] : Object.entries(value).flatMap(([name, inner]) => leavesOf(inner!).map((leaf) => `${name}.${leaf}`));

/** The innermost states that a machine has. */
const phasesOf = (states: AnyStateMachine['states']): string[] =>
  Object.entries(states).flatMap(([name, node]) => {
    const inner = phasesOf(node.states);
    return inner.length > 0 ? inner.map((leaf) => `${name}.${leaf}`) : [name];
  });

describe('each phase is reached by some sequence of events', () => {
  it('of every machine', () => {
    const folder = new URL('../../machines/', import.meta.url);
    const files = readdirSync(folder).filter((file) => readFileSync(new URL(file, folder), 'utf8').includes('createMachine('));
    const rows = new Set(Object.keys(lives).map((row) => row.replace(/:.*/, '')));
    expect([...rows].sort()).toEqual(files.map((file) => file.replace('.ts', '')).sort());
  });
  it.each(Object.entries(lives))('%s', (_, life) => {
    expect([...reached(life)].sort()).toEqual(phasesOf(life.machine.states).sort());
  });
});
