import { lastValueFrom, NEVER, Subject, take, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { Fact } from '../../../src/facts/facts.ts';
import { envOf, memoryLog, type propose } from '../../../streams/core.ts';
import { type Directive, float, ga, type Message, space, suggest, type TrialEvent } from '../../../streams/index.ts';
import { readUpTo } from '../../../streams/log/past.ts';
import { wrongOption } from '../../support/coded.ts';
import { eventually } from '../../support/eventually.ts';

const line = space({ x: float(0, 1) });
type Suggested = Extract<Directive<{ readonly x: number }>, { readonly type: 'suggested' }>;

/** Answers suggestions of a study until it has so many, or to its end. */
function answered(log: ReturnType<typeof memoryLog>, most = Number.POSITIVE_INFINITY) {
  const events$ = new Subject<TrialEvent>();
  const seen: Suggested[] = [];
  let isOver = false;
  const running = events$.pipe(suggest(line, { strategy: ga(), trials: 12, seed: 3, log })).subscribe({
    next: (directive) => {
      if (directive.type !== 'suggested' || seen.length >= most) return;
      seen.push(directive);
      events$.next({ type: 'completed', trial: directive.trial, values: { value: directive.params.x } });
    },
    complete: () => (isOver = true),
  });
  return { seen, running, isOver: () => isOver };
}

it('suggest with a log continues where it ended, as if it had never stopped', async () => {
  const whole = answered(memoryLog());
  await eventually(() => expect(whole.isOver()).toBe(true));
  const log = memoryLog();
  const first = answered(log, 5);
  await eventually(() => expect(first.seen).toHaveLength(5));
  first.running.unsubscribe();
  const second = answered(log);
  await eventually(() => expect(second.isOver()).toBe(true));
  const params = [...first.seen, ...second.seen].map(({ trial, params }) => [trial, params.x]);
  expect(params).toEqual(whole.seen.map(({ trial, params }) => [trial, params.x]));
  const types = new Set<string>();
  for await (const entries of readUpTo(log.read(), await log.head())) for (const { fact } of entries) types.add((fact as Fact).type);
  expect([...types]).toEqual(['created', 'suggested', 'completed', 'closed']);
});

it('a bare strategy is an operator in an environment of its own', async () => {
  const messages$ = new Subject<Message>();
  const answers: Message[] = [];
  messages$.pipe(ga()(envOf(line, { seed: 3, parallel: 2 })), take(3), toArray()).subscribe((all) => answers.push(...all));
  for (let id = 1; id <= 3; id++) messages$.next({ type: 'ask', id });
  expect(answers.map(({ type }) => type)).toEqual(['propose', 'propose', 'propose']);
  const { point } = answers[0] as ReturnType<typeof propose>;
  const log = memoryLog();
  const { seen } = answered(log, 1);
  await eventually(() => expect(seen).toHaveLength(1));
  expect(line.decode(point).x, 'the same as in a study with this seed').toBe(seen[0]!.params.x);
});

it('suggest refuses a value that is not a space', async () => {
  const wrong = NEVER.pipe(suggest({} as never, { strategy: ga(), log: memoryLog() }));
  await expect(lastValueFrom(wrong)).rejects.toThrow(wrongOption('space'));
});
