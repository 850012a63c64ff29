import type { Params } from '../facts/facts.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { studyPhase } from '../monitoring/studyState.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { NOT_BEGUN, RefusedError, unknownTrial } from '../study/commands.ts';
import { studyStatusOf } from '../study/status.ts';
import type { TrialRow, TrialRows } from '../study/trials.ts';
import { type HttpRequest, sentenceFor } from './request.ts';
import type { KeptFiles, OpenStudy, ServedStudies } from './servedStudies.ts';

/** A study that has begun, as its log says, whichever process runs it. */
interface View {
  readonly ledger: Ledger<Params>;
  readonly rows: TrialRows;
  /** What it does now. */
  readonly phase: string;
}

/** What is known now; undefined if the study has not begun. */
function viewNow({ host, feed }: OpenStudy): View | undefined {
  const { begun } = feed;
  return begun && { ...begun, phase: host ? host.status().phase : studyPhase(begun) };
}

/** @throws what keeps the study from running, or its log from being read */
export async function caughtUp({ host, feed }: OpenStudy): Promise<void> {
  await host?.ready();
  await feed.caughtUp;
}

/** @throws RefusedError if it has not begun; what keeps it from running */
export async function viewOf(study: OpenStudy): Promise<View> {
  await caughtUp(study);
  const view = viewNow(study);
  if (view === undefined) throw new RefusedError(NOT_BEGUN);
  return view;
}

/** The row of a trial, even if the study can no longer be run. @throws RefusedError if there is no such trial */
export async function liveRow(study: OpenStudy, trial: number): Promise<TrialRow> {
  await caughtUp(study).catch(() => {});
  const row = viewNow(study)?.rows.get(trial);
  if (row === undefined) throw new RefusedError(unknownTrial(trial));
  return row;
}

/** The state of a study, and why it can no longer be run; undefined if it has not begun. */
export function liveState(study: OpenStudy) {
  const view = viewNow(study);
  const failure = study.host?.failure;
  return (
    view &&
    omitUndefined({
      ...studyStatusOf(view.ledger, view.phase, view.rows),
      study: study.name,
      waits: study.feed.waits,
      error: failure && sentenceFor(failure.error),
    })
  );
}

/** The files of the trials of a study; undefined if they are on another machine. @throws RefusedError if there is no such trial */
export async function keptFor(studies: ServedStudies, { study, trial }: HttpRequest): Promise<KeptFiles | undefined> {
  const open = studies.open(study);
  await liveRow(open, trial);
  return open.files;
}

/** The same, to open one of them. @throws RefusedError if they are on another machine */
export async function filesFor(studies: ServedStudies, request: HttpRequest): Promise<KeptFiles> {
  const files = await keptFor(studies, request);
  if (files) return files;
  throw new RefusedError({ code: 'unknown-file', message: `${request.study}: the files of its trials are on another machine` });
}
