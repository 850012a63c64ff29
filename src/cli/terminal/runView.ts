import { frontAmong } from '../../../streams/results/pareto.ts';
import type { FailedFact, Params } from '../../facts/facts.ts';
import type { FoldedStudy } from '../../host/host.ts';
import { constantTexts } from '../../insight/constantResults.ts';
import { LATEST, timeLeft } from '../../insight/gain.ts';
import { StoppedTrials } from '../../insight/recommendation/earlyStopping.ts';
import { deployed } from '../../insight/recommendation/recommendation.ts';
import { endOf } from '../../insight/recommendation/reopening.ts';
import { verdictOn } from '../../insight/recommendation/verdict.ts';
import { watchTrainers } from '../../insight/resumedTrials.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { failureKind } from '../../ledger/failures.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { passedOver } from '../../stores/trialTable.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { stripControls } from '../../study/plainText.ts';
import { shellQuoted } from '../../study/programArguments.ts';
import { studyStatusOf } from '../../study/status.ts';
import type { TrialRow } from '../../study/trials.ts';
import { print } from '../../text/output.ts';
import { progressFrame, progressLine, type Shown, trialLine } from '../../text/progress.ts';
import type { Status, StatusLine } from '../../text/statusLine.ts';
import { card, repetitionLine } from './card.ts';
import { type Conclusion, conclusionLines, endedCount, nextSteps, reasonFor } from './conclusion.ts';
import { table } from './table.ts';
import { trend } from './trend.ts';

/** Prints a study as it runs, and its results. */
export interface RunWatch {
  /** @param study what the log says so far. @param trace the trace of its run, which lines of the log name */
  apply(entry: AppliedEntry<Params>, study: FoldedStudy, trace?: string): void;
  /** Whether the study was paused before this start, and still is. */
  readonly paused: boolean;
  /** @returns how many trials have completed, including earlier runs. */
  conclude(conclusion: Conclusion): number;
}

/** @param past position of the last entry before this start. @param how the process continues from there */
export function watch(screen: StatusLine, past: number, json: boolean, how: string): RunWatch {
  let study!: FoldedStudy;
  let since = performance.now();
  let before = 0;
  const stopped = new StoppedTrials();
  const passed = passedOver();
  const trainers = watchTrainers(() => past);
  let live = past === 0;
  let paused = false;
  let left = false;
  /** The trace of the run of the entry that is shown. */
  let traceId: string | undefined;
  /** The trials whose failure was printed in full. */
  const failures = new Map<string, TrialRow>();
  /** The latest trials that have ended, by which the time left is estimated. */
  let latest: readonly TrialRow[] = [];

  const state = () => studyStatusOf(study.ledger, '', study.rows);
  const ended = () => [...study.rows].filter(({ status }) => status !== 'open');
  /** With several objectives, the front; undefined before the first result. */
  const frontNow = () => {
    const { objectives } = study.ledger.settings;
    const front = objectives.length > 1 ? frontAmong(study.rows, objectives) : [];
    return front.length > 0 ? front : undefined;
  };
  const picture = trend(ended, () => endedCount(state()));
  const shown = (): Shown => {
    const { open, settings } = study.ledger;
    const { objectives, limits } = settings;
    const now = state();
    const elapsed = performance.now() - since;
    const running = [...open.keys()].flatMap((trial) => study.rows.get(trial) ?? []).filter((row) => row.running);
    const more = limits.trials === undefined || paused ? undefined : Math.max(now.open, limits.trials - now.ended);
    const lefts = [more && timeLeft(latest, more, running.length), limits.seconds && 1000 * limits.seconds - elapsed];
    const left = lefts.filter((time) => time !== undefined);
    const isFront = objectives.length > 1;
    return {
      limit: limits.trials,
      objective: objectives[0]!.name,
      rate: elapsed > 0 ? (1000 * (endedCount(now) - before)) / elapsed : 0,
      elapsed,
      left: left.length > 0 ? Math.max(0, Math.min(...left)) : undefined,
      running,
      paused,
      front: isFront ? (frontNow()?.length ?? 0) : undefined,
      trend: isFront ? undefined : (columns, lines) => picture(columns, lines, objectives[0]!),
    };
  };
  const status: Status = {
    frame: (columns, height) => progressFrame(state(), shown(), columns, height),
    line: () => progressLine(state(), shown()),
  };
  const tell = (row: TrialRow) => {
    const alike = failures.get(failureKind(row));
    if (json) print(JSON.stringify(row));
    else if (!screen.terminal || row.status === 'failed')
      screen.line(
        trialLine(row, alike, study.ledger.settings.examples),
        omitUndefined({
          level: row.status === 'failed' ? ('warn' as const) : ('info' as const),
          trial: row.trial,
          run: row.run,
          trace_id: traceId,
        }),
      );
    if (row.status === 'failed' && alike === undefined) failures.set(failureKind(row), row);
  };
  const caughtUp = () => {
    const now = state();
    live = true;
    left = paused;
    since = performance.now();
    before = endedCount(now);
    const uncounted = now.uncounted > 0 ? `; ${now.uncounted} failed ones do not count` : '';
    const trials = now.trials === 1 ? '1 trial exists' : `${now.trials} trials exist`;
    screen.line(`${now.closed === undefined ? how : 'the study had ended'}: ${trials}, ${now.completed} of them completed${uncounted}`);
    const line = passed.line();
    if (line !== undefined) screen.line(line);
  };
  const pause = (now: boolean) => {
    if (live && now !== paused) screen.line(now ? 'the study is paused: no new trials begin' : 'the study continues');
    paused = now;
    left &&= now;
  };
  const triedAgain = ({ trial, run, reason, message = '' }: FailedFact) => {
    if (live)
      screen.line(
        `trial ${trial} ${reason}${message && `: ${stripControls(message)}`}; it is retried`,
        omitUndefined({ level: 'warn' as const, trial, run, trace_id: traceId }),
      );
  };
  return {
    apply: (entry, folded, trace) => {
      study = folded;
      traceId = trace;
      const { fact, event, effect, refusal } = entry;
      if (!refusal && fact.type === 'failed' && event === undefined) triedAgain(fact);
      if (!live) passed.apply(entry);
      if ((effect === 'ended' || (!refusal && fact.type === 'retracted')) && 'trial' in fact) {
        const row = study.rows.get(fact.trial)!;
        if (row.endedAt !== undefined) latest = [...latest.slice(1 - LATEST), row];
        if (live) tell(row);
      }
      stopped.apply(entry);
      if (!refusal && fact.type === 'changed' && fact.paused !== undefined) pause(fact.paused && fact.why === undefined);
      const mistake = trainers(entry);
      if (mistake !== undefined) screen.line(stripControls(mistake), { level: 'warn' });
      if (!live && entry.position >= past) caughtUp();
      if (live && !json) screen.status(status);
    },
    get paused() {
      return left;
    },
    conclude: (conclusion) => {
      const { ledger } = study;
      const { objectives, strategy } = ledger.settings;
      const rows = ended();
      const front = frontNow();
      const ranked = front ?? bestFirst(rows, objectives[0]!);
      const { space, closed } = ledger;
      const isClosed = conclusion.ending.type === 'closed';
      const found = isClosed && !front ? deployed(space, objectives[0]!, rows) : undefined;
      const run = {
        verdict: isClosed ? verdictOn({ objectives, ranked, onFront: front ?? [], rows, closed }, found?.evidence) : undefined,
        repeated: found && repetitionLine(found, ranked[0]!, ranked, `hypertide best ${shellQuoted(conclusion.journal)} --recommended`),
        state: state(),
        rows,
        best: ranked,
        isFront: front !== undefined,
        constants: constantTexts({ objectives, strategy }, rows, ledger.metric),
        early: isClosed ? stopped.among(rows, front ? undefined : ranked[0], space) : undefined,
        parameters: space.toJSON().parameters,
        end: endOf(ledger),
        before,
        past,
      };
      for (const [text, about] of conclusionLines(conclusion, run, json)) screen.line(text, about);
      if (json) {
        const { damaged, journal } = conclusion;
        const { trials, completed } = run.state;
        const reason = reasonFor(conclusion, run);
        const { verdict, early } = run;
        print(
          JSON.stringify(
            omitUndefined({ reason, trials, completed, damaged: damaged || undefined, journal, best: ranked[0], front, verdict, early }),
          ),
        );
      } else if (ranked[0] !== undefined) {
        const answer = front
          ? table(front)
          : card({ row: ranked[0], objective: objectives[0]!, ranked, rows, directory: conclusion.directory, examples: ledger.examples });
        print(screen.terminal && process.stdout.isTTY ? `\n${answer}\n` : answer);
      }
      for (const line of nextSteps(conclusion, run, json)) screen.line(line);
      return run.state.completed;
    },
  };
}
