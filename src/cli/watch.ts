import { Subject } from 'rxjs';
import type { Noted } from '../../streams/noted.ts';
import { type Progress, progress, type Row, trials } from '../../streams/observe.ts';
import type { CloseReason, Fact, Limits, Objective, Params } from '../facts/facts.ts';
import type { Live } from './live.ts';
import { lineOf, progressLine, ranked } from './render.ts';
import { table } from './table.ts';

/** How a run of a study ended. */
export type Ending = { readonly type: 'closed' } | { readonly type: 'interrupted' } | { readonly type: 'failed'; readonly error: unknown };

export interface Conclusion {
  readonly journal: string;
  /** Of what the trials printed. */
  readonly directory: string;
  readonly ending: Ending;
  /** The command that goes on with an interrupted study. */
  readonly again: string;
}

export interface Watch {
  note(noted: Noted): void;
  /** What came of it. Whether any trial is completed. */
  conclude(conclusion: Conclusion): boolean;
}

/**
 * Shows a study as it runs, and what came of it.
 *
 * @param head position of the last entry that was there before.
 */
export function watch(head: number, json: boolean, screen: Live): Watch {
  const since = performance.now();
  const noted$ = new Subject<Noted>();
  const rows = new Map<number, Row<Params>>();
  let recent = 0;
  let isNew = head === 0;
  let state: Progress<Params> | undefined;
  let objective: Objective = { name: 'value', direction: 'minimize' };
  let limits: Limits = {};

  const settle = (fact: Fact) => {
    if (fact.type === 'created') objective = fact.objectives[0]!;
    if (fact.type === 'created' || fact.type === 'changed') limits = { ...limits, ...fact.limits };
  };
  noted$.pipe(trials<Params>()).subscribe((row) => {
    rows.set(row.trial, row);
    if (!isNew) return;
    recent++;
    if (json) process.stdout.write(`${JSON.stringify(row)}\n`);
    else if (!process.stderr.isTTY || row.status === 'failed') screen.line(lineOf(row));
  });
  noted$.pipe(progress<Params>()).subscribe((now) => {
    state = now;
    if (json) return;
    const seconds = (performance.now() - since) / 1000;
    const columns = process.stderr.columns ?? 80;
    screen.status(() => progressLine(now, { trials: limits.trials, recent, seconds, objective: objective.name, columns }));
  });
  return {
    note: (noted) => {
      isNew = noted.position > head;
      if (!noted.refusal) settle(noted.fact);
      noted$.next(noted);
    },
    conclude: ({ journal, directory, ending, again }) => {
      const reason = ending.type === 'closed' ? (state?.closed ?? 'trials') : ending.type;
      const best = ranked([...rows.values()], objective.direction === 'maximize', objective.name);
      if (json) print({ reason, trials: state?.trials ?? 0, best: best[0] ?? null, journal });
      else if (best.length > 0) process.stdout.write(`${table(best.slice(0, SHOWN))}\n`);
      if (json && ending.type === 'closed') return best.length > 0;
      const closedBefore = ending.type === 'closed' && recent === 0 && !isNew;
      screen.line(
        `${closedBefore ? 'nothing to do, ' : ''}${said[reason]}; the study is in ${journal}, what the trials printed in ${directory}`,
      );
      if (closedBefore) screen.line('for more: another --trials, or hypertide change');
      if (best.length === 0 && ending.type === 'closed') screen.line('no trial is completed');
      if (ending.type === 'interrupted') screen.line(`go on with: ${again}`);
      return best.length > 0;
    },
  };
}

/** How many of the best are shown at the end. */
const SHOWN = 10;

const print = (data: unknown) => process.stdout.write(`${JSON.stringify(data)}\n`);

const said: Readonly<Record<CloseReason | 'interrupted' | 'failed', string>> = {
  trials: 'all trials are done',
  target: 'the target is reached',
  exhausted: 'there is nothing left to try',
  time: 'the time is up',
  person: 'the study was closed',
  interrupted: 'interrupted',
  failed: 'the study could not go on',
};
