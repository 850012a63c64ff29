import { batch, effect, signal, untracked } from '@preact/signals';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Compared, Detail, Headline, ReportData, RowChanges } from '../../server/feed/wire.ts';
import { getFrom, keepToken, session } from './api.ts';
import { storedMoments } from './moment.ts';
import { connection, forget, headlines, latest, latestExamples, latestImportances, latestRecommended, showSoon, takeIn } from './store.ts';
import { study } from './url.ts';

/** The studies inside a report; undefined in the live page. */
let reported: readonly ReportData[] | undefined;

function embedded(): readonly ReportData[] | undefined {
  const text = document.getElementById('data')?.textContent;
  return text ? (JSON.parse(text) as readonly ReportData[]) : undefined;
}

/** Moves the token out of the address and connects. */
export function startPage(): void {
  reported = embedded();
  if (reported) return follow(reported);
  keepToken();
  void connect();
  effect(() => (attempts.value === 0 ? undefined : listen(study.value)));
}

/** Counted up to connect once more. */
const attempts = signal(0);

/** Milliseconds until the page tries again, after an answer that is not a stream. */
const BUSY = 10_000;

/** Asks for the role of the user of the page, and connects if it permits reading. */
async function connect(): Promise<void> {
  const accepted = await session();
  if (accepted === false) connection.value = 'locked';
  else if (accepted) attempts.value++;
  else setTimeout(() => void connect(), BUSY);
}

/** Sends a token to the server. @returns whether it is the right one */
export async function signIn(given: string): Promise<boolean> {
  const accepted = (await session(given)) === true;
  if (accepted) attempts.value++;
  return accepted;
}

/** Shows the chosen study of a report. */
function follow(all: readonly ReportData[]): void {
  connection.value = 'file';
  headlines.value = all.map((one) => one.detail);
  if (all.length === 1) study.value = all[0]!.detail.id;
  effect(() => {
    const one = all.find(({ detail: { id } }) => id === study.value);
    untracked(() =>
      batch(() => {
        forget();
        if (one) show(one);
      }),
    );
  });
}

function show({ detail: one, changes, moments, importances: shares, examples, recommended }: ReportData): void {
  latest.value = one;
  storedMoments.value = moments;
  latestImportances.value = shares;
  latestRecommended.value = recommended;
  latestExamples.value = examples;
  takeIn(changes);
}

let listening = '';
/** The position up to which the page knows the trials of the study. */
let known = 0;

function listen(id: string): () => void {
  if (id !== listening) {
    untracked(forget);
    known = 0;
  }
  listening = id;
  const asked = { study: id || undefined, after: known > 0 ? `${known}` : undefined };
  const query = new URLSearchParams(omitUndefined(asked));
  const source = new EventSource(`v1/events?${query}`);
  on<Headline[]>(source, 'studies', (all) => {
    if (headlines.peek().length === 0)
      headlines.value = all; // without them, the page says that there is no study
    else showSoon(headlines, all);
    connection.value = 'live';
    over = false;
    if (id === '' && all.length === 1) study.value = all[0]!.id;
  });
  on<Detail>(source, 'study', (one) => showSoon(latest, one));
  on<RowChanges>(source, 'trials', (changes) => {
    takeIn(changes);
    if (!changes.more) known = changes.position;
  });
  let over = false;
  let later: ReturnType<typeof setTimeout> | undefined;
  source.addEventListener('over', () => {
    over = true;
  });
  source.onerror = () => {
    const isFirst = connection.peek() === 'live';
    connection.value = over ? 'over' : 'lost';
    // After an answer that is not a stream, a browser does not try again: a token is needed, or this user has too many streams open.
    if (source.readyState === EventSource.CLOSED) later = setTimeout(() => void connect(), isFirst ? 0 : BUSY);
  };
  return () => {
    clearTimeout(later);
    source.close();
  };
}

const on = <T>(source: EventSource, event: string, take: (data: T) => void): void =>
  source.addEventListener(event, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as T));

/** A study to compare with others; null if it does not exist. */
export function summaryOf(id: string): Promise<Compared | null> {
  if (reported === undefined) return getFrom<Compared | null>(id, 'summary').catch(() => null);
  const one = reported.find(({ detail }) => detail.id === id);
  if (one === undefined) return Promise.resolve(null);
  const best = one.changes.rows.find(({ trial }) => trial === one.detail.best?.trial);
  return Promise.resolve({ detail: one.detail, ...omitUndefined({ best }) });
}
