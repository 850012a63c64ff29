import { canonical, splitOf, usualDirection } from '../text/names.ts';
import type { HelpEntry } from './helpText.ts';

/** Defaults or types of arguments in the source of programs that use argparse or click. */
export function declaredIn(sources: readonly string[], setting: 'default' | 'type'): ReadonlyMap<string, string> {
  const pattern = new RegExp(`\\b${setting}\\s*=\\s*(?:["']([^"']*)["']|([-+.\\w]+))`);
  const found = new Map<string, string>();
  for (const source of sources)
    for (const [, call = ''] of source.matchAll(/(?:add_argument|option|argument)\(((?:[^()]|\([^()]*\))*)\)/g)) {
      const name = (/["']--([\w-]+)/.exec(call) ?? /^\s*["']-?(\w+)["']/.exec(call))?.[1];
      const value = pattern.exec(call);
      if (name !== undefined && value) found.set(name, (value[1] ?? value[2])!);
    }
  return found;
}

/** How scripts in a shell and in Python read their positional arguments, and variables of the environment with a default. */
const POSITIONAL = [
  /^\s*(?:local |export )?(?<name>\w+)=["']?\$\{?(?<place>\d)(?::?[-=](?<otherwise>[^}]*))?\}?["']?\s*$/gm,
  /^\s*(?<name>\w+)\s*=\s*(?:(?<type>float|int)\()?sys\.argv\[(?<place>\d)\]/gm,
];
const VARIABLE = [
  /\$\{(?<name>[A-Z]\w*):?[-=](?<otherwise>[^}]*)\}/g,
  /(?:(?<type>float|int)\()?os\.(?:environ\.get|getenv)\(["'](?<name>\w+)["'],\s*["']?(?<otherwise>[^"')]+)/g,
];

/** The arguments of scripts that take them by their places or from the environment, and so have no help. */
export function scriptArguments(sources: readonly string[]): HelpEntry[] {
  if (sources.some((source) => /add_argument|getopts|--help|argparse|click|typer|fire|docopt/.test(source))) return [];
  const found = (patterns: readonly RegExp[]) =>
    patterns.flatMap((pattern) => sources.flatMap((source) => [...source.matchAll(pattern)].map(({ groups }) => groups!)));
  const entryOf = (option: string, { name, otherwise, type }: Record<string, string>): HelpEntry => ({
    name: name!.toLowerCase(),
    option,
    ...(otherwise === undefined ? { isRequired: true } : { default: otherwise }),
    ...(type !== undefined && { type }),
  });
  return [
    ...found(VARIABLE).map((groups) => entryOf(`$${groups.name}=`, groups)),
    ...found(POSITIONAL)
      .filter(({ place }) => place !== '0')
      .sort((a, b) => Number(a.place) - Number(b.place))
      .map((groups) => entryOf('', groups)),
  ];
}

/** A name and a formatted number, as in `f'val_loss={loss:.3f}'` and `'Test Acc: %.3f'`. What is printed as the best one comes at the end, without steps. */
const FORMATTED = /(?<!\bbest[ _])\b((?:\w*(?:train|test|val|eval|dev)[a-z]* )?[A-Za-z][\w/-]*)['"]?\s*[=:]\s*(?:\{|%[-+.\d]*[efg])/gi;

/** The value that Python programs seem to print, by the texts that they format: one on data for validation, or else the only one that is minimised. */
export function printedIn(sources: readonly string[]): string | undefined {
  const names = sources.flatMap((source) => [...source.replace(/\\[nrt]/g, ' ').matchAll(FORMATTED)].map(([, name]) => name!));
  const known = [...new Map(names.map((name) => [canonical(name), name])).values()].filter((name) => usualDirection(name) !== undefined);
  const validated = known.filter((name) => ['val', 'test', 'eval', 'dev', 'holdout'].includes(splitOf(name) ?? ''));
  const candidates = validated.length > 0 ? validated : known.filter((name) => splitOf(name) !== 'train');
  const minimised = candidates.filter((name) => usualDirection(name) === 'minimize');
  return [minimised, candidates].find((some) => some.length === 1)?.[0];
}
