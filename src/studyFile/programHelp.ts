import { parseDocument } from 'yaml';
import { isRecord } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { KnownParameter } from '../space/known/programs.ts';
import { entriesIn, type HelpEntry, typeNamed, usageIn, withoutBoxes, wordsAfterProgram } from './helpText.ts';
import { knownArgument, programIn } from './knownProgram.ts';
import { declaredIn, printedIn, scriptArguments } from './programSource.ts';

/** An argument of a program with a value. */
export interface Argument extends HelpEntry {
  /** What is known about it by its name. */
  readonly known?: KnownParameter;
}

/** What the help and the source of a program say about its arguments. */
export interface ProgramHelp {
  /** The arguments with a value that are hyperparameters. */
  readonly found: readonly Argument[];
  /** The options without a value that may be. */
  readonly flags: readonly HelpEntry[];
  /** The arguments without which the program does not start, and that are no hyperparameters. */
  readonly lacking: readonly string[];
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
export function programHelp(text: string, words: readonly string[], sources: readonly string[]): ProgramHelp {
  const script = scriptArguments(sources);
  const help = script.length > 0 ? '' : withoutBoxes(text);
  const usage = usageIn(help, words);
  const given = wordsAfterProgram(words).length;
  const own = [...hydraSettings(help), ...entriesIn(help)];
  const isNew = ({ option }: HelpEntry) => !own.some((other) => other.option === option || other.names?.includes(option));
  const entries = [...own, ...usage.options.filter(isNew), ...usage.positional]
    .concat(script.filter(({ option }, k) => option !== '' || script.slice(0, k).filter((one) => one.option === '').length >= given))
    .filter(
      ({ option, names }, k, all) =>
        option === '' ||
        (![option, ...(names ?? [])].some((name) => words.includes(name)) && all.findIndex((one) => one.option === option) === k),
    );
  const [defaults, types] = [declaredIn(sources, 'default'), declaredIn(sources, 'type')];
  const described = entries.map((entry) =>
    omitUndefined({
      ...entry,
      default: entry.default ?? defaults.get(entry.name),
      type: typeNamed(types.get(entry.name)) ?? entry.type,
      isRequired: entry.isRequired || usage.required.some((option) => option !== '' && (entry.names ?? []).includes(option)) || undefined,
    }),
  );
  const valued = described.filter(({ isFlag }) => !isFlag);
  const tuned = valued.filter(
    (entry) => !FIXED.test(entry.name) && !EPOCHS.test(entry.name) && !(entry.isRequired && entry.type === 'str'),
  );
  const program = programIn(
    words,
    sources,
    tuned.map(({ name }) => name.replaceAll('-', '_')),
  );
  const found = program ? tuned.map((argument) => omitUndefined({ ...argument, known: knownArgument(argument, program) })) : tuned;
  const lengths = valued
    .filter(({ name }) => EPOCHS.test(name))
    .map(({ option, default: otherwise }) => ({ option, epochs: Number(otherwise) }));
  return omitUndefined({
    found,
    flags: described.filter(({ name, isFlag }) => isFlag && !FIXED.test(name)),
    lacking: valued.filter((entry) => entry.isRequired && !tuned.includes(entry)).map(({ name, option }) => option || name),
    commands: found.length === 0 ? subcommandsIn(help) : [],
    length: lengths.find(({ epochs }) => epochs > 1),
    printed: printedIn(sources),
    program,
  });
}

/** The numbers, texts and groups of the configuration that a program with Hydra shows. It takes them as `model.width=64`. */
function hydraSettings(help: string): HelpEntry[] {
  const [, shown = '', config] =
    /(?:== Configuration groups ==\n[^\n]*\n([\s\S]*?))?== Config ==\n[^\n]*\n([\s\S]*?)\n(?:Powered by Hydra|$)/.exec(help) ?? [];
  if (config === undefined) return [];
  const groups = [...shown.matchAll(/^(\S+): (\S.*)$/gm)].map(([, name, choices]) => ({
    name: name!,
    option: `${name}=`,
    choices: choices!.split(', '),
  }));
  const data: unknown = parseDocument(config).toJS();
  const entries = (part: unknown, path: string): HelpEntry[] =>
    isRecord(part)
      ? Object.entries(part).flatMap(([key, value]) => entries(value, path === '' ? key : `${path}.${key}`))
      : typeof part === 'number' || typeof part === 'string'
        ? [{ name: path, option: `${path}=`, default: String(part) }]
        : [];
  const settings = entries(data, '');
  /** The choice of a group that the configuration shows, by a text in it that names it. */
  const chosen = ({ name, choices }: (typeof groups)[number]) =>
    choices.find((choice) =>
      settings.some((one) => one.name.startsWith(`${name}.`) && one.default!.toLowerCase().split('.').at(-1) === choice.toLowerCase()),
    );
  const inGroup = (entry: HelpEntry) => groups.find(({ name }) => entry.name.startsWith(`${name}.`));
  const known = groups.filter((group) => chosen(group) !== undefined || !settings.some((entry) => inGroup(entry) === group));
  return [
    ...known,
    ...settings.map((entry) => {
      const group = inGroup(entry);
      return group && known.includes(group) ? { ...entry, when: { [group.name]: chosen(group)! } } : entry;
    }),
  ];
}

/** The subcommands of a program, as argparse and click show them. */
function subcommandsIn(help: string): string[] {
  const [, argparse] = /\{([\w-]+(?:,[\w-]+)*)\} \.\.\./.exec(help.replace(/\s+/g, ' ')) ?? [];
  if (argparse !== undefined) return argparse.split(',');
  const [, listed = ''] = /^ *(?:Commands:|COMMAND is one of the following:)\n\s*?\n?((?: +\S.*\n?)+)/m.exec(help) ?? [];
  return [...listed.matchAll(/^ +([\w-]+)(?: {2}|$)/gm)].map(([, name]) => name!);
}

/** Arguments for the length of a training. */
const EPOCHS =
  /^(?:.*\.)?(?:(?:(?:n|num|max|total)[-_]?)?(?:train(?:ing)?[-_]?)?(?:epochs?|iters?|iterations|timesteps|episodes)|(?:max|total|train)[-_]steps)$/i;

/** Arguments that do not change what is trained: paths, data, evaluation, output, devices. */
const FIXED = new RegExp(
  String.raw`^(?:.*\.)?(?:[hvoq]|help|version|(?:eval|test|val|valid|logging|log|save|print|report)[-_].*|.*eval.*batch.*|(?:n[-_]|num[-_]|dataloader[-_].*)?(?:workers|threads?|jobs|gpus?|cpus?|cores|procs?)|${[
    '(?:.*[-_])?(?:dir|path|file|folder|root|log|name|out|output|input|data|dataset|checkpoint|ckpt|resume|config|host|port|url|interval|freq|seed|device',
    'id|local[-_]rank|verbose|verbosity|debug|cache|cachesize|project|entity|tag|accelerator|everything|classes)',
  ].join('|')})$`,
  'i',
);
