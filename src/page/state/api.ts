import { signal } from '@preact/signals';
import { failureOf, type RequestFailure } from '../../errors.ts';
import type { Intent } from '../../study/intents.ts';
import { connection, detail } from './store.ts';
import { study } from './url.ts';

/** Requests of the page below `v1`, as any program can send them. */

/** Needed on a server with users. Kept for this tab, and not in its address. */
let token: string | undefined;
/** What the user of this page may do; undefined until the server has said so. */
const role = signal<string | undefined>(undefined);

/** Whether this page can act on the study. */
export const mayAct = (): boolean =>
  (role.value === 'operator' || role.value === 'agent') && detail.value !== undefined && connection.value !== 'file';

/** Why the page cannot act. */
export const closedFor = (): string | undefined => (mayAct() ? undefined : 'To act, open the page with the token of an operator.');

/** Moves the token out of the address. */
export function keepToken(): void {
  const [, given] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (given) sessionStorage.setItem('token', given);
  token = sessionStorage.getItem('token') ?? undefined;
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
}

const authorization = (): Readonly<Record<string, string>> => (token === undefined ? {} : { Authorization: `Bearer ${token}` });

/** Logs in, if the server has users. @returns whether the user may read; undefined if the server cannot be reached */
export async function session(given = token): Promise<boolean | undefined> {
  try {
    token = given;
    const response = await fetch('v1/session', { method: 'POST', headers: authorization() });
    if (!response.ok) return response.status === 401 ? false : undefined;
    role.value = ((await response.json()) as { readonly role: string }).role;
    if (given !== undefined) sessionStorage.setItem('token', given);
    return role.value !== 'trainer';
  } catch {
    return undefined;
  }
}

const pathOf = (id: string, path: string): string => `v1/studies/${encodeURIComponent(id)}/${path}`;

/** The address of a resource of the shown study. */
export const resourcePath = (path: string): string => pathOf(study.value, path);

/** Asks the server about the study that is shown. */
export const get = <T>(path: string): Promise<T> => getFrom(study.value, path);

/** Asks the server about a study. */
export const getFrom = async <T>(id: string, path: string): Promise<T> => (await (await answered(pathOf(id, path))).json()) as T;

/** Reads a text of the study that is shown. */
export const read = async (path: string): Promise<string> => (await answered(resourcePath(path))).text();

async function answered(address: string, request: RequestInit = {}): Promise<Response> {
  const response = await fetch(address, { ...request, headers: { ...request.headers, ...authorization() } });
  if (!response.ok) throw new Error(((await response.json()) as { error?: string }).error ?? response.statusText);
  return response;
}

/** The answer to what a person does: why it was refused, or, for a command, the position of its fact in the log, and whether the study runs. */
interface Taken {
  readonly position?: number;
  readonly running?: boolean;
}
export type ActionAnswer = ({ readonly ok: true } & Taken) | ({ readonly ok: false } & RequestFailure);

async function act(path: string, body: BodyInit, type: string): Promise<ActionAnswer> {
  try {
    const response = await answered(resourcePath(path), { method: 'POST', headers: { 'Content-Type': type }, body });
    return { ok: true, ...((await response.json()) as Taken) };
  } catch (error) {
    return { ok: false, ...failureOf(error) };
  }
}

/** Adds a file to those at a path. */
export const upload = (path: string, file: File): Promise<ActionAnswer> =>
  act(`${path}/${encodeURIComponent(file.name)}`, file, 'application/octet-stream');

/** Submits a command. Some are requests about a trial. */
export function submitAction({ type, ...fields }: Intent): Promise<ActionAnswer> {
  const isOfTrial = type === 'cancel' || type === 'retract';
  const { trial, ...others } = fields as { readonly trial?: number };
  return act(isOfTrial ? `trials/${trial}/${type}` : type, JSON.stringify(isOfTrial ? others : fields), 'application/json');
}
