import { argumentsOf, shellQuoted } from '../../study/programArguments.ts';

type Values = Readonly<Record<string, unknown>>;

/** A configuration as lines of YAML. Readers of YAML 1.1, such as PyYAML, take `1e-7` for a text, but not `1.0e-7`. */
export const yamlOf = (params: Values): string =>
  Object.entries(params)
    .map(([name, value]) => `${PLAIN.test(name) ? name : JSON.stringify(name)}: ${numberOr(value, JSON.stringify)}\n`)
    .join('');

/** Names that need no quotes in YAML. The rest of its words, such as `yes` and `null`, are quoted. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z_][\w.-]*$/i;

const numberOr = (value: unknown, otherwise: (value: unknown) => string): string =>
  typeof value === 'number' ? String(value).replace(/^(-?\d+)e/, '$1.0e') : otherwise(value);

export const paramsJson = (params: Values): string => `${JSON.stringify(params, null, 2)}\n`;

/** A configuration as arguments of a command, quoted for a POSIX shell. */
export const shellArguments = (params: Values): string => argumentsOf(params).map(shellQuoted).join(' ');
