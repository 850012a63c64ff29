import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { evolutionMachine } from '../../machines/evolution.ts';
import { sequenceMachine } from '../../machines/sequence.ts';
import { type StudyEvent, studyMachine } from '../../machines/study.ts';
import type { Evolution } from '../../src/samplers/evolution.ts';
import { numbered } from '../../src/samplers/sequence.ts';
import { rootEnv } from '../support/interview.ts';
import { textbook } from '../support/spaces.ts';

const env = { ...rootEnv(textbook), name: 'list' };

/** A machine, what it begins with, and what may happen to it. */
interface Life {
  readonly machine: AnyStateMachine;
  /** One for each way in which its life may go. */
  readonly inputs?: readonly unknown[];
  /** Phases that it passes through within one step. */
  readonly passing?: readonly string[];
  readonly events: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[];
}

const studyEvents: readonly StudyEvent['type'][] = ['caughtUp', 'appended', 'stored', 'fenced', 'revised', 'closed', 'reopened'];

/** Two generations of one trial each. */
const evolution = (steady: boolean) => {
  const core: Evolution<{ readonly handedOut: number; readonly home: number; readonly generation: number }> = {
    steady,
    start: { handedOut: 0, home: 0, generation: 0 },
    fold: (state, { type }) => (type === 'suggested' ? { ...state, handedOut: state.handedOut + 1 } : { ...state, home: state.home + 1 }),
    full: ({ handedOut }) => handedOut >= 1,
    settled: ({ home }) => home >= 1,
    advance: ({ generation }) => ({ handedOut: 0, home: 0, generation: generation + 1 }),
    over: ({ generation, handedOut }) => generation >= 2 || handedOut >= 2,
    breed: () => ({ point: [0, 0] }),
  };
  return { env, core };
};

/** A new machine adds one row, under the name of its file. */
const lives: Readonly<Record<string, Life>> = {
  evolution: {
    machine: evolutionMachine,
    inputs: [evolution(false), evolution(true)],
    passing: ['starting', 'selecting'],
    events: [
      { type: 'suggested', id: 1, by: 'list', point: [0, 0] },
      { type: 'ended', id: 1, by: 'list', point: [0, 0], outcome: 'completed', losses: [1] },
    ],
  },
  sequence: {
    machine: sequenceMachine,
    inputs: [{ env, core: numbered(env, 2, (i) => [i, i]) }],
    events: ['0', '1'].map((list) => ({ type: 'suggested', id: 1, by: 'list', point: [0, 0], tags: { list } })),
  },
  study: { machine: studyMachine, events: studyEvents.map((type) => ({ type })) },
};

/** The phases that some order of events leads to, looking no further than a few thousand steps. */
function reached({ machine, inputs = [undefined], events }: Life): string[] {
  const phases = inputs.flatMap((input) =>
    getShortestPaths(machine, {
      input,
      events,
      limit: 5000,
      serializeState: ({ value, context: { state } }) => JSON.stringify([value, state]),
      stopWhen: ({ context: { state } }) => state?.handedOut > 3 || state?.home > 3,
    }).map(({ state }) => state.value as string),
  );
  return [...new Set(phases)];
}

describe('each phase is reached by some order of events', () => {
  it('of every machine', () => {
    const files = readdirSync(new URL('../../machines/', import.meta.url));
    expect(Object.keys(lives).sort()).toEqual(files.map((file) => file.replace('.ts', '')).sort());
  });
  it.each(Object.entries(lives))('%s', (_, life) => {
    const { passing = [], machine } = life;
    const phases = Object.keys(machine.states).filter((phase) => !passing.includes(phase));
    expect(reached(life).sort()).toEqual(phases.sort());
  });
});
