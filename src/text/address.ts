import { UsageError } from './usage.ts';

/** An address to listen at. */
export interface Address {
  readonly host?: string;
  readonly port: number;
}

/** A port, or a host and a port. @param option names the option in the error. @throws UsageError */
export function addressOf(option: string, text: string): Address {
  const [, host, digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(port < 65_536)) throw new UsageError(`${option}: expected a port or host:port, got ${text}`);
  return host === undefined ? { port } : { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}
