import { type MirrorTarget, mirrorKinds } from '../../interop/mirrorTo.ts';
import type { Receiver } from '../../interop/request.ts';
import { isRecord } from '../../schema/json.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { show } from '../../space/check.ts';
import { parseData, readText } from '../../text/parseData.ts';
import { UsageError } from '../../text/usage.ts';
import { type EventName, eventNames } from './events.ts';

/** A program that gets an event on its standard input. */
export interface CommandTarget {
  readonly command: readonly [program: string, ...args: string[]];
}
/** A program, or an address that an event is posted to. */
export type Target = CommandTarget | Receiver;

/** What happens on each event. */
export type OnEvents = Readonly<Partial<Record<EventName, readonly Target[]>>>;

export interface HookFile {
  readonly on: OnEvents;
  /** Where the studies are mirrored to. A position without a file is kept beside the study. */
  readonly mirror: readonly MirrorAt[];
}
export type MirrorAt = Omit<MirrorTarget, 'position'> & Partial<Pick<MirrorTarget, 'position'>>;

/** Reads which commands and webhooks this process calls on which events. @throws UsageError */
export async function readHookFile(path: string, environment: NodeJS.ProcessEnv = process.env): Promise<HookFile> {
  const data = parseData(path, await readText(path));
  const { on = undefined, mirror = [] } = isRecord(data) ? data : {};
  if (!Array.isArray(mirror)) throw new UsageError(`${path}: mirror: expected a list of systems, got ${show(mirror)}`);
  const mirrors = mirror.map((one, i) => mirrorOf(`${path}: mirror[${i}]`, one, environment));
  if (on === undefined && mirrors.length > 0) return { on: {}, mirror: mirrors };
  if (!isRecord(on)) throw new UsageError(`${path}: on: expected events with a command or a webhook each, got ${show(on)}`);
  const file: Partial<Record<EventName, readonly Target[]>> = {};
  for (const [name, said] of Object.entries(on)) {
    const event = eventNames.find((known) => known === name);
    if (event === undefined) throw new UsageError(`${path}: on: expected ${eventNames.join(', ')}, got ${name}`);
    const several = Array.isArray(said) && !said.every((word) => typeof word === 'string') ? said : [said];
    file[event] = several.map((one) => targetOf(`${path}: on.${event}`, one, environment));
  }
  return { on: file, mirror: mirrors };
}

/** `{ mlflow: url }` or `{ webhook: url }`, with what the command takes as options. @throws UsageError */
function mirrorOf(place: string, said: unknown, environment: NodeJS.ProcessEnv): MirrorAt {
  const { headers, position, experiment, ...system } = isRecord(said) ? said : {};
  const [[kind, url] = [], ...more] = Object.entries(system);
  const known = mirrorKinds.find((one) => one === kind);
  if (known === undefined || more.length > 0)
    throw new UsageError(`${place}: expected ${mirrorKinds.join(' or ')} with an address, got ${show(said)}`);
  for (const [name, text] of Object.entries({ position, experiment }))
    if (text !== undefined && typeof text !== 'string') throw new UsageError(`${place}.${name}: expected a text, got ${show(text)}`);
  const at = receiverOf(place, omitUndefined({ url, headers }), 'an address', environment);
  return omitUndefined({ ...at, kind: known, position: position as string | undefined, experiment: experiment as string | undefined });
}

/** A list of words is a command, a text an address, and an object an address with headers. */
function targetOf(place: string, said: unknown, environment: NodeJS.ProcessEnv): Target {
  if (Array.isArray(said) && said.length > 0 && said.every((word) => typeof word === 'string'))
    return { command: said as [string, ...string[]] };
  return receiverOf(place, said, "a command as a list of words, or a webhook's address", environment);
}

function receiverOf(place: string, said: unknown, expected: string, environment: NodeJS.ProcessEnv): Receiver {
  const { url, headers = {} } = isRecord(said) ? said : { url: said };
  const filled = (text: unknown) => withVariables(place, String(text), environment);
  const address = typeof url === 'string' ? filled(url) : '';
  if (!isAddress(address)) throw new UsageError(`${place}: expected ${expected}, got ${show(url)}`);
  const { username, password } = new URL(address);
  if (username !== '' || password !== '')
    throw new UsageError(`${place}: expected an address without a user and a password; send them in the header Authorization`);
  if (!isRecord(headers) || !Object.values(headers).every((value) => typeof value === 'string'))
    throw new UsageError(`${place}.headers: expected texts by name, got ${show(headers)}`);
  const pairs = Object.entries(headers).map(([name, value]) => [name, filled(value)] as const);
  for (const [name, value] of pairs)
    if (!isHeader(name, value))
      throw new UsageError(`${place}.headers.${name}: expected a name and a text that HTTP can send, in one line`);
  return { url: address, headers: Object.fromEntries(pairs) };
}

const isAddress = (text: string): boolean => /^https?:\/\/[^\s/]/.test(text) && URL.canParse(text);

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false; // the original message would show the value, which may be secret
  }
}

/** Replaces `${NAME}` by variables of the environment, so that the file needs no secrets. */
const withVariables = (place: string, text: string, environment: NodeJS.ProcessEnv): string =>
  text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) throw new UsageError(`${place}: expected the variable ${name} in the environment, got none`);
    return value;
  });
