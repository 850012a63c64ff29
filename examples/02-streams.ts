/**
 * A study as an RxJS operator in a pipe of events: facts of trainers go in, directives for trainers come out. The trainers here are two
 * subjects; they could also be sockets or queues.
 */
import assert from 'node:assert/strict';
import { choice, type Directive, float, type Infer, random, type Suggestion, space, suggest, type TrialEvent } from 'hypertide';
import { delay, filter, lastValueFrom, map, mergeMap, Subject, share, tap, timer, toArray } from 'rxjs';

const models = space({ rate: float(1e-4, 1, { log: true }), kernel: choice(['linear', 'rbf']) });
type Model = Infer<typeof models>;

const evaluated = ({ rate, kernel }: Model): number => (Math.log10(rate) + 2) ** 2 + (kernel === 'rbf' ? 0 : 1);

/** A trainer: suggestions in, facts out. */
const trainer = (name: string, inbox$: Subject<Suggestion<Model>>, outbox$: Subject<TrialEvent>) =>
  inbox$.pipe(
    tap(({ trial, attempt }) => outbox$.next({ type: 'started', trial, attempt, run: `${name}/${trial}`, trainer: name })),
    mergeMap((suggestion) => timer(5 + (suggestion.trial % 3) * 5).pipe(map(() => suggestion))),
    map(({ trial, params }): TrialEvent => ({ type: 'completed', trial, run: `${name}/${trial}`, values: { value: evaluated(params) } })),
  );

const events$ = new Subject<TrialEvent>();
const inboxes = [new Subject<Suggestion<Model>>(), new Subject<Suggestion<Model>>()];
inboxes.forEach((inbox$, i) => {
  trainer(`trainer-${i}`, inbox$, events$).subscribe((event) => events$.next(event));
});

const isSuggestion = (directive: Directive<Model>): directive is Suggestion<Model> => directive.type === 'suggested';
const suggestions$ = events$.pipe(
  suggest(models, { strategy: random(), trials: 24, parallel: 4 }),
  filter(isSuggestion),
  delay(0),
  share(),
);
suggestions$.subscribe((suggestion) => inboxes[suggestion.trial % inboxes.length]!.next(suggestion));

const all = await lastValueFrom(suggestions$.pipe(toArray()));
const losses = all.map(({ params }) => evaluated(params));
console.log(`${all.length} suggestions, the best one gives ${Math.min(...losses).toFixed(3)}`);
assert.equal(all.length, 24);
