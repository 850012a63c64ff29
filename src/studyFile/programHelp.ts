import { parseDocument } from 'yaml';
import { isRecord } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { KnownParameter } from '../space/known/programs.ts';
import { canonical, splitOf, usualDirection } from '../text/names.ts';
import { type Described, knownArgument, programIn } from './knownProgram.ts';

/** An argument of a program, as its help describes it. */
export interface Argument extends Described {
  /** How the program takes it, up to its value: `--lr`, `-C`, or `lr=` of Hydra. */
  readonly option: string;
  readonly help: string;
  /** What is known about it by its name. */
  readonly known?: KnownParameter;
}

/** An option without a value. */
export interface Flag {
  readonly name: string;
  /** Whether `--no-` before its name switches it off. */
  readonly hasNegation: boolean;
}

/** What the help and the source of a program say about its arguments. */
export interface ProgramHelp {
  /** The options with a value that are hyperparameters. */
  readonly found: readonly Argument[];
  /** The options without a value that may be. */
  readonly flags: readonly Flag[];
  /** The commands of a program that has no arguments without one. */
  readonly commands: readonly string[];
  /** The option for the length of a training, and its default. */
  readonly length?: { readonly option: string; readonly epochs: number };
  /** The value that the program seems to print. */
  readonly printed?: string;
  /** The program with known parameters that it is, or calls. */
  readonly program?: string;
}

/** @param words the program and its arguments; @param sources of a program in Python: its help shows no types, and defaults only on request */
export function programHelp(help: string, words: readonly string[], sources: readonly string[]): ProgramHelp {
  const [defaults, types] = [argparseSettings(sources, 'default'), argparseSettings(sources, 'type')];
  const described = argumentsIn(help).map((argument) =>
    omitUndefined({
      ...argument,
      default: argument.default ?? defaults.get(argument.name),
      type: types.get(argument.name) ?? argument.type,
    }),
  );
  const program = programIn(
    words,
    sources,
    described.map(({ name }) => name.replaceAll('-', '_')),
  );
  const found = program ? described.map((argument) => omitUndefined({ ...argument, known: knownArgument(argument, program) })) : described;
  const lengths = optionsIn(help)
    .filter(({ name }) => EPOCHS.test(name))
    .map(({ name, option, default: otherwise }) => ({ option, epochs: Number(otherwise ?? defaults.get(name)) }));
  const length = lengths.find(({ epochs }) => epochs > 1);
  return omitUndefined({
    found,
    flags: flagsIn(help),
    commands: found.length === 0 ? subcommandsIn(help) : [],
    length,
    printed: printedIn(sources),
    program,
  });
}

/** The options with a value that are hyperparameters. */
export const argumentsIn = (help: string): Argument[] => optionsIn(help).filter(({ name }) => !FIXED.test(name) && !EPOCHS.test(name));

/** The options with a value in a help text, as argparse, click, commander and Hydra write them. */
function optionsIn(help: string): Argument[] {
  const found = hydraSettings(help);
  const blocks = help.split(/\n(?=\s{1,8}-)/).slice(1);
  for (const block of blocks) {
    const [, dashes, name, value = ''] =
      /^\s*(?:-\w(?: [^\s,]+)?, )?(--?)([\w-]+)(?:[ =](\{[^}]*\}|\[[^\]]*\]|<[^>]*>|[A-Z][\w.]*))?/.exec(block) ?? [];
    if (name === undefined || value === '' || (dashes === '-' && name.length > 1)) continue;
    const text = block.replace(/\s+/g, ' ');
    const [, otherwise] = /[[(,;] ?default[:=]? *"?([^")\];]*)"?[)\];]/i.exec(text) ?? [];
    const [, quoted] = /\(choices: ("[^)]*?")(?:, default|\))/.exec(text) ?? []; // as commander writes them
    const choices = /^\{.*\}$/.test(value)
      ? value.slice(1, -1).split(',')
      : /^\[.*\|.*\]$/.test(value)
        ? value.slice(1, -1).split('|')
        : quoted?.split(', ').map((choice) => choice.replaceAll('"', ''));
    const rest = text.slice(text.indexOf(value) + value.length).trim();
    const type = CLICK_TYPES.get(value);
    found.push(
      omitUndefined({ name, option: `${dashes}${name}`, help: rest, choices, type, default: otherwise?.trim(), ...boundsIn(text) }),
    );
  }
  return found;
}

/** Types of click, as Python calls them. */
const CLICK_TYPES: ReadonlyMap<string, string> = new Map([
  ['INTEGER', 'int'],
  ['FLOAT', 'float'],
  ['TEXT', 'str'],
]);

/** The bounds of a number of click: `[default: 3; 1<=x<=8]`, `[x>=1]`. A bound that is excluded is left to a person. */
function boundsIn(text: string): Pick<Argument, 'low' | 'high'> {
  const number = '[-+]?[\\d.]+(?:e[-+]?\\d+)?';
  const find = (pattern: string) => new RegExp(pattern.replaceAll('N', `(${number})`), 'i').exec(text)?.[1];
  const low = find('N<=?x\\b') ?? find('\\bx>=?N');
  const high = find('\\bx<=?N');
  return omitUndefined({ low: low === undefined ? undefined : Number(low), high: high === undefined ? undefined : Number(high) });
}

/** The numbers and texts of the configuration that a program with Hydra shows. It takes them as `model.width=64`. */
function hydraSettings(help: string): Argument[] {
  const [, config] = /== Config ==\n[^\n]*\n([\s\S]*?)\n(?:Powered by Hydra|$)/.exec(help) ?? [];
  const entries = (data: unknown, path: string): Argument[] =>
    isRecord(data)
      ? Object.entries(data).flatMap(([key, value]) => entries(value, path === '' ? key : `${path}.${key}`))
      : typeof data === 'number' || typeof data === 'string'
        ? [{ name: path, option: `${path}=`, default: String(data), help: '' }]
        : [];
  return config === undefined ? [] : entries(parseDocument(config).toJS(), '');
}

/** The options without a value in a help text. */
export function flagsIn(help: string): Flag[] {
  return help
    .split(/\n(?=\s{1,8}-)/)
    .slice(1)
    .flatMap((block) => {
      const [, name, negation] = /^\s*(?:-\w, )?--([\w-]+)(, --no-[\w-]+| \/ --no-[\w-]+)?(?:\s{2,}|\s*$|\s*\n)/.exec(block) ?? [];
      return name === undefined || FIXED.test(name) ? [] : [{ name, hasNegation: negation !== undefined }];
    });
}

/** Defaults or types of arguments in the source of programs that use argparse. */
export function argparseSettings(sources: readonly string[], setting: 'default' | 'type'): ReadonlyMap<string, string> {
  const pattern = new RegExp(`\\b${setting}\\s*=\\s*(?:["']([^"']*)["']|([-+.\\w]+))`);
  const found = new Map<string, string>();
  for (const source of sources)
    for (const [, call = ''] of source.matchAll(/add_argument\(((?:[^()]|\([^()]*\))*)\)/g)) {
      const name = (/["']--([\w-]+)["']/.exec(call) ?? /["']-(\w)["']/.exec(call))?.[1];
      const value = pattern.exec(call);
      if (name !== undefined && value) found.set(name, (value[1] ?? value[2])!);
    }
  return found;
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

/** The subcommands of a program, as argparse and click show them. */
function subcommandsIn(help: string): string[] {
  const [, argparse] = /\{([\w-]+(?:,[\w-]+)*)\} \.\.\./.exec(help.replace(/\s+/g, ' ')) ?? [];
  if (argparse !== undefined) return argparse.split(',');
  const [, click = ''] = /^Commands:\n((?: {2}\S.*\n?)+)/m.exec(help) ?? [];
  return [...click.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name!);
}

/** Arguments for the length of a training. */
const EPOCHS =
  /^(?:.*\.)?(?:(?:(?:n|num|max|total)[-_]?)?(?:train(?:ing)?[-_]?)?(?:epochs?|iters?|iterations)|(?:max|total|train)[-_]steps)$/i;

/** Arguments that are not hyperparameters: paths, verbosity, devices. */
const FIXED =
  /^(?:.*\.)?(?:[hvoq]|help|version|seed|device|gpus?|workers|num[-_]workers|(?:.*[-_])?(?:dir|path|file|root|log|name|out|output|data|dataset|checkpoint|resume|host|port|url|interval))$/i;
