import { isRecord } from '../../schema/json.ts';
import { show } from '../../space/check.ts';
import { parseData, readText } from '../../text/parseData.ts';
import { UsageError } from '../../text/usage.ts';
import { type EventName, eventNames } from './events.ts';
import type { Receiver } from './request.ts';

/** A program that gets an event on its standard input. */
export interface CommandTarget {
  readonly command: readonly [program: string, ...args: string[]];
}
/** A program, or an address that an event is posted to. */
export type Target = CommandTarget | Receiver;

/** What happens on each event. */
export type OnEvents = Readonly<Partial<Record<EventName, readonly Target[]>>>;

/** Reads which commands and webhooks this process calls on which events. @throws UsageError */
export async function readHookFile(path: string, environment: NodeJS.ProcessEnv = process.env): Promise<OnEvents> {
  const data = parseData(path, await readText(path));
  const on = isRecord(data) ? data.on : undefined;
  if (!isRecord(on)) throw new UsageError(`${path}: on: expected events with a command or a webhook each, got ${show(on)}`);
  const file: Partial<Record<EventName, readonly Target[]>> = {};
  for (const [name, said] of Object.entries(on)) {
    const event = eventNames.find((known) => known === name);
    if (event === undefined) throw new UsageError(`${path}: on: expected ${eventNames.join(', ')}, got ${name}`);
    const several = Array.isArray(said) && !said.every((word) => typeof word === 'string') ? said : [said];
    file[event] = several.map((one) => targetOf(`${path}: on.${event}`, one, environment));
  }
  return file;
}

/** A list of words is a command, a text an address, and an object an address with headers. */
function targetOf(place: string, said: unknown, environment: NodeJS.ProcessEnv): Target {
  if (Array.isArray(said) && said.length > 0 && said.every((word) => typeof word === 'string'))
    return { command: said as [string, ...string[]] };
  const { url, headers = {} } = isRecord(said) ? said : { url: said };
  const filled = (text: unknown) => withVariables(place, String(text), environment);
  const address = typeof url === 'string' ? filled(url) : '';
  if (!isAddress(address))
    throw new UsageError(`${place}: expected a command as a list of words, or a webhook's address, got ${show(url)}`);
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
