import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Door } from './door.ts';
import { ofHandles } from './handles.ts';
import { ofAll } from './program.ts';
import { codeOf, LOST, type Stage } from './words.ts';

/** Whether an answer is as wanted: what matches stands in both lists, so that a difference shows only what differs. */
function matches(answer: unknown, wish: unknown): boolean {
  try {
    expect(answer).toEqual(wish);
    return true;
  } catch {
    return false;
  }
}

interface Step {
  readonly name: string;
  readonly answer: unknown;
  readonly wanted: unknown;
}

/** Whether a step, which ends in * if it is one of handles, has no words at a door. */
const isLacking = ({ lacks = {}, isHandle }: Door, name: string): boolean =>
  (!isHandle && name.endsWith('*')) || Object.keys(lacks).some((lack) => name === lack || name.startsWith(`${lack} `));

/** Plays the program at a door. Scenes have studies of their own, so all are played at once. */
async function play(door: Door): Promise<readonly Step[]> {
  const scenes = door.isHandle ? [...ofAll, ...ofHandles] : ofAll;
  const played = scenes.map(async ({ study = {}, play: act }) => {
    const steps: Step[] = [];
    const place = await door.begin(study);
    const step: Stage['step'] = async (name, act, wish) => {
      if (isLacking(door, name)) return;
      const answer = await Promise.race([(async () => act())().catch(codeOf), sleep(LOST, 'no answer')]);
      steps.push({ name, answer, wanted: matches(answer, wish) ? answer : wish });
    };
    try {
      const way = await place.open();
      await Promise.race([act({ place, way, study: way.study!, step }), sleep(LOST)]);
    } catch (error) {
      steps.push({ name: 'broken', answer: error, wanted: undefined });
    } finally {
      await place.end();
    }
    return steps;
  });
  return (await Promise.all(played)).flat();
}

let reference: Promise<readonly Step[]> | undefined;

/**
 * What a door answers, step by step, and what it should answer: the same as the first door.
 *
 * @param differs known differences, by step: what is answered today. One that is mended fails until its line is deleted.
 */
export async function answersOf(door: Door, first: Door, differs: Readonly<Record<string, unknown>> = {}) {
  reference ??= play(first);
  const steps = door === first ? await reference : await play(door);
  const ofFirst = new Map((await reference).map(({ name, wanted }) => [name, wanted]));
  const names = new Set(steps.map(({ name }) => name));
  const missing = [...ofFirst.keys(), ...Object.keys(differs)].filter((name) => !names.has(name) && !isLacking(door, name));
  const expected = (name: string, wanted: unknown) => [
    name,
    name in differs ? differs[name] : ofFirst.has(name) ? ofFirst.get(name) : wanted,
  ];
  return {
    answers: steps.map(({ name, answer }) => [name, answer]),
    expected: [...steps.map(({ name, wanted }) => expected(name, wanted)), ...missing.map((name) => [name, 'is missing'])],
  };
}
