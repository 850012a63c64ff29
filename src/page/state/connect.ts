import { batch, effect, signal, untracked } from '@preact/signals';
import type { Added, CommandAnswer, Detail, Headline, Machines, ReportData, RowChanges, Summary } from '../../dashboard/wire.ts';
import { failureOf } from '../../errors.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Intent } from '../../study/intents.ts';
import { connection, detail, forget, headlines, knownImportances, knownRecommended, machines, showSoon, takeIn } from './store.ts';
import { study, view } from './url.ts';

/** Needed to act, not to read. Kept for this tab, and not in its address. */
export const token = signal<string | undefined>(undefined);

/** Whether this page can act on the study. */
export const mayAct = (): boolean => token.value !== undefined && detail.value !== undefined && connection.value !== 'file';

/** The studies inside a report; undefined in the live page. */
let reported: readonly ReportData[] | undefined;

function embedded(): readonly ReportData[] | undefined {
  const text = document.getElementById('data')?.textContent;
  return text ? (JSON.parse(text) as readonly ReportData[]) : undefined;
}

/** Moves the token out of the address and connects. */
export function begin(): void {
  reported = embedded();
  if (reported) return follow(reported);
  const [, given] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (given) sessionStorage.setItem('token', given);
  token.value = sessionStorage.getItem('token') ?? undefined;
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  effect(() => {
    attempts.value;
    return listen(study.value);
  });
  effect(() => (view.value === 'machines' && study.value !== '' ? listenToMachines(study.value) : undefined));
}

/** Changes when a token was accepted, to connect again. */
const attempts = signal(0);

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

function show({ detail: one, changes, machines: seen, importances: shares, recommended }: ReportData): void {
  detail.value = one;
  machines.value = seen;
  knownImportances.value = shares;
  knownRecommended.value = recommended;
  takeIn(changes);
}

let listening = '';

function listen(id: string): () => void {
  if (id !== listening) untracked(forget);
  listening = id;
  const source = new EventSource(`api/events?${new URLSearchParams({ study: id })}`);
  on<Headline[]>(source, 'studies', (all) => {
    if (headlines.peek().length === 0)
      headlines.value = all; // without them, the page says that there is no study
    else showSoon(headlines, all);
    connection.value = 'live';
    over = false;
    if (id === '' && all.length === 1) study.value = all[0]!.id;
  });
  on<Detail>(source, 'study', (one) => showSoon(detail, one));
  on<RowChanges>(source, 'trials', takeIn);
  let over = false;
  source.addEventListener('over', () => {
    over = true;
  });
  source.onerror = () => {
    const shut = source.readyState === EventSource.CLOSED;
    connection.value = shut ? 'locked' : over ? 'over' : 'lost';
    if (shut && token.value !== undefined) void signIn(token.value);
  };
  return () => source.close();
}

function listenToMachines(id: string): () => void {
  const source = new EventSource(`api/studies/${encodeURIComponent(id)}/machines`);
  on<Machines>(source, 'machines', (seen) => {
    machines.value = seen;
  });
  return () => source.close();
}

const on = <T>(source: EventSource, event: string, take: (data: T) => void): void =>
  source.addEventListener(event, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as T));

/** Sends a token to the server. @returns whether it is the right one; this browser can then read. */
export async function signIn(given: string): Promise<boolean> {
  const { ok } = await fetch('api/session', { method: 'POST', headers: { Authorization: `Bearer ${given}` } });
  if (!ok) return false;
  sessionStorage.setItem('token', given);
  token.value = given;
  attempts.value++;
  return true;
}

/** Asks the server about the study that is shown. */
export const get = <T>(path: string): Promise<T> => getFrom(study.value, `/${path}`);

/** A study to compare with others; null if it does not exist. */
export function summaryOf(id: string): Promise<Summary | null> {
  if (reported === undefined) return getFrom<Summary | null>(id, '').catch(() => null);
  const one = reported.find(({ detail }) => detail.id === id);
  if (one === undefined) return Promise.resolve(null);
  const best = one.changes.rows.find(({ trial }) => trial === one.detail.best?.trial);
  return Promise.resolve({ detail: one.detail, ...omitUndefined({ best }) });
}

/** Asks the server about a study. */
const getFrom = async <T>(id: string, path: string): Promise<T> =>
  (await (await answered(`api/studies/${encodeURIComponent(id)}${path}`)).json()) as T;

async function answered(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(((await response.json()) as { error?: string }).error ?? response.statusText);
  return response;
}

/** The address of a resource of the shown study. */
export const studyPath = (path: string): string => `api/studies/${encodeURIComponent(study.value)}/${path}`;

/** Reads a text of the study that is shown. */
export const read = async (path: string): Promise<string> => (await answered(studyPath(path))).text();

/** Adds a file to those at a path. */
export async function upload(path: string, file: File): Promise<Added> {
  try {
    const headers = { Authorization: `Bearer ${token.value ?? ''}`, 'Content-Type': 'application/octet-stream' };
    const response = await fetch(`${studyPath(path)}/${encodeURIComponent(file.name)}`, { method: 'POST', headers, body: file });
    return (await response.json()) as Added;
  } catch (error) {
    return { ok: false, ...failureOf(error) };
  }
}

export async function submitAction(intent: Intent): Promise<CommandAnswer> {
  try {
    const response = await fetch(`api/studies/${encodeURIComponent(study.value)}/actions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token.value ?? ''}` },
      body: JSON.stringify(intent),
    });
    return (await response.json()) as CommandAnswer;
  } catch (error) {
    return { ok: false, ...failureOf(error) };
  }
}
