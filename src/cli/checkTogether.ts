import type { ConnectionFlags } from '../stores/connection.ts';
import { UsageError } from '../text/usage.ts';
import { kebab } from './parts.ts';

/** Options that a command does not take together with another one, and what to do instead. */
export type Refused = Readonly<Record<string, string>>;

const LOGIN = 'expected none: the logins of its teams are with the keys of platform.yaml';
const TLS = 'expected tls in platform.yaml instead';
/** What goes with no platform.yaml. */
export const BESIDE_PLATFORM = {
  context: LOGIN,
  creds: LOGIN,
  nkey: LOGIN,
  tlsCa: TLS,
  tlsCert: TLS,
  tlsKey: TLS,
} as const satisfies Partial<Record<keyof ConnectionFlags, string>>;

/** An option without an effect is a mistake. @throws UsageError */
export function checkTogether(refused: Refused, given: Readonly<Record<string, unknown>>): void {
  for (const [name, why] of Object.entries(refused)) if (given[name] !== undefined) throw new UsageError(`--${kebab(name)}: ${why}`);
}
