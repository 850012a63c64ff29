import { omitUndefined } from '../schema/omitUndefined.ts';
import { stripControls } from '../study/plainText.ts';

/** An option or a positional argument of a program, as its help describes it. */
export interface HelpEntry {
  readonly name: string;
  /** How the program takes it, up to its value: `--lr`, `-C`, `lr=` of Hydra, `$LR=` for a variable of the environment, or nothing for a positional one. */
  readonly option: string;
  /** Whether it has no value, and if so, whether `--no-` before its name switches it off. */
  readonly isFlag?: boolean;
  readonly hasNegation?: boolean;
  readonly isRequired?: boolean;
  /** All spellings of an option. */
  readonly names?: readonly string[];
  readonly choices?: readonly string[];
  readonly default?: string;
  /** What its values are, as Python calls it. */
  readonly type?: string;
  /** The least and the highest value that the program takes. */
  readonly low?: number;
  readonly high?: number;
  /** The group of a configuration, and its choice, under which it exists. */
  readonly when?: Readonly<Record<string, string>>;
}

/** A help text without colours and the boxes that typer and tyro draw. */
export const withoutBoxes = (help: string): string =>
  help
    .split('\n')
    .map((line) =>
      stripControls(line)
        .replace(/^[╭╰].*$/, '')
        .replace(/^│ ?(.*?) *│$/, '  $1'),
    )
    .join('\n');

/** The options in a help text: lines that begin with a dash, each with the lines below that are indented more. */
export function entriesIn(help: string): HelpEntry[] {
  const blocks: string[][] = [];
  let depth = Number.POSITIVE_INFINITY;
  for (const line of help.split('\n')) {
    const indent = line.search(/\S/);
    if (/^\s{0,12}(?:\* +)?-/.test(line)) {
      depth = indent;
      blocks.push([line]);
    } else if (indent > depth) blocks.at(-1)!.push(line);
    else if (indent >= 0) depth = Number.POSITIVE_INFINITY;
  }
  return blocks.flatMap((lines) => entryOf(lines.join('\n')) ?? []);
}

const OPTION = /^(?:\[ )?(--?(?:\[no-?\])?[A-Za-z][\w.-]*)(?: \])?/;
/** A word in lower case names a value only if the description does not begin with it. */
const VALUE =
  /^(?:=| )(\{[^}]*\}|\[(?! -)[^\]]*\]|<[^>]*>|[A-Z][\w.|-]*|-?(?<==-?)\d[\w.-]*|(?<!=)[a-z]\w*(?=\s{2}|\n|,|$| [:|]| \(=)|(?<==)\w+)/;
/** typer writes types in a column of their own. */
const COLUMN = /^ {2,}(INTEGER|FLOAT|TEXT|PATH|FILE|\[[\w.-]+(?:\|[\w.-]+)+\])(?= |$)/;

/** The option that a text begins with; undefined if it begins with something else. */
function entryOf(block: string): HelpEntry | undefined {
  const names: string[] = [];
  let value: string | undefined;
  let rest = block.trimStart().replace(/^\* +/, '');
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest);
    if (found) rest = rest.slice(found[0].length);
    return found?.[1] ?? found?.[0];
  };
  do {
    const name = take(OPTION);
    if (name === undefined) break;
    names.push(name);
    value = take(VALUE) ?? value;
  } while (take(/^(?:,? +|\s*[|/]\s*)(?=-|\[ -)/) !== undefined);
  const isList = value !== undefined && (rest.startsWith(` ${value}`) || /^ \[[^\]]*\.\.\.\]/.test(rest));
  value ??= take(COLUMN);
  if (names.length === 0 || (value === undefined && !/^(?:\s{2,}|$|\s*\n|:| \()/.test(rest))) return undefined;
  const option = names.find((name) => name.startsWith('--')) ?? names.find((name) => name.length > 2) ?? names[0]!;
  const word = option.replace(/^--?(?:\[no-?\])?/, '');
  const own = (value ?? '').replace(/[<>]/g, '').toLowerCase();
  const said = describedBy(rest.replace(/\s+/g, ' '), value ?? '');
  const hasValue = value !== undefined || said.choices !== undefined || Number.isFinite(Number(said.default ?? 'none'));
  const more = hasValue ? said : { isFlag: true, hasNegation: names.some((name) => /^--(?:\[no-?\]|no-)/.test(name)) };
  return {
    name: /^\w$/.test(word) && /^[a-z_]{3,}$/.test(own) && !TYPES.has(own) ? own : word,
    option: option.replace(/\[no-?\]/, ''),
    names,
    ...more,
    ...(isList && { default: 'a list', type: 'str' }),
  };
}

/** Types, as Python calls them. */
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    int: 'int int32 int64 integer uint',
    float: 'float float64 double',
    str: 'str string text path file filename directory',
  }).flatMap(([type, words]) => words.split(' ').map((word) => [word, type] as const)),
);
/** The type that a name of a value stands for. */
export const typeNamed = (value: string | undefined): string | undefined => TYPES.get(value?.toLowerCase().replace(/[<>]/g, '') ?? '');

const TEXT = String.raw`"[^"]*"|'[^']*'|\[[^\]]*\]|[^\s,;)\]]+`;
const NUMBER = String.raw`-?\d[\d.]*(?:e[-+]?\d+)?`;
/** How helps write a default: after a colon anything, after a space only a number or a quoted text. */
const DEFAULTS = [
  new RegExp(String.raw`\bdefaults?(?: value)?\s*[:=]\s*(${TEXT})`, 'i'),
  new RegExp(String.raw`\bdefaults?(?: value| is| to)*\s(${NUMBER}|"[^"]*")`, 'i'),
  new RegExp(`(${NUMBER})(?: is the| by) default`, 'i'),
  /\(=([^)]*)\)/,
  new RegExp(String.raw`\[(${NUMBER}|[\w-]+)\]$`),
];
const CHOICES = [
  /^[[{<](?=.*[|,])(.*)[\]}>]$/,
  /(?:choices|possible values): ?([^)\];]*?)(?:, default|[)\];]|$)/,
  /[{<]([\w-]+(?:(?:, ?|\|)[\w-]+)+)[}>]/,
];

/** What a description and the name of a value say about the values. */
function describedBy(text: string, value: string): Omit<HelpEntry, 'name' | 'option'> {
  const first = (patterns: readonly RegExp[], ...texts: string[]) =>
    patterns.flatMap((pattern) => texts.map((one) => pattern.exec(one)?.[1])).find((found) => found !== undefined);
  const bound = (pattern: string) => first([new RegExp(pattern.replaceAll('N', `(${NUMBER})`), 'i')], text);
  const [low, high] = [bound(String.raw`N<=?x\b`) ?? bound(String.raw`\bx>=?N`), bound(String.raw`\bx<=?N`)];
  const choices = first(CHOICES, value, text)?.split(/[,|]/);
  return omitUndefined({
    isRequired: /[([]required[)\];]/.test(text) || undefined,
    choices: choices?.map((choice) => choice.trim().replace(/^["']|["']$/g, '')),
    default: (/^\d/.test(value) ? value : first(DEFAULTS, text.trim()))?.replace(/^["']|["']$|[.:]$/g, '').trim(),
    type: typeNamed(value) ?? typeNamed(/\btype: (?:\w+\[)?(\w+)/i.exec(text)?.[1]),
    low: low === undefined ? undefined : Number(low),
    high: high === undefined ? undefined : Number(high),
  });
}

/** What the line of the usage says. */
interface Usage {
  /** Its options with a value. */
  readonly options: readonly HelpEntry[];
  /** Spellings of the options that are required. */
  readonly required: readonly string[];
  /** Arguments without a name that are required and not yet among the words. */
  readonly positional: readonly HelpEntry[];
}

const OPTION_WITH_VALUE = /--?[A-Za-z][\w.-]*(?:[= ](?:<[^>]*>|\{[^}]*\}|[A-Z]\w*))?/g;

/** The line of the usage, with the lines below that are indented more. @param words that start the program */
export function usageIn(help: string, words: readonly string[]): Usage {
  const [, indent = '', first = '', more = ''] =
    /^[ \t]*(?:usage:|SYNOPSIS)\s*?(?:\n([ \t]*))?([^\n]+)((?:\n[ \t]+[^\n]+)*)/im.exec(help) ?? [];
  const below = more.split('\n').slice(1);
  const end = below.findIndex((line) => line.search(/\S/) <= Math.max(indent.length, 2));
  let line = [first, ...(end < 0 ? below : below.slice(0, end))].join(' ').replace(/\s+/g, ' ').replaceAll('<flags>', '');
  const optional: string[] = [];
  for (let before = ''; before !== line; ) {
    before = line;
    line = line.replace(/\[([^[\]]*)\]/g, (_, inner: string) => {
      optional.push(inner);
      return '';
    });
  }
  const required = (line.match(OPTION_WITH_VALUE) ?? []).flatMap((text) => entryOf(text) ?? []).filter(({ isFlag }) => !isFlag);
  line = line.replace(OPTION_WITH_VALUE, '');
  const tokens = line.split(/\s+/).filter((token) => token !== '');
  const given = wordsAfterProgram(words).filter((word) => !tokens.includes(word));
  const positional = tokens
    .slice(1)
    .filter(
      (token) => /^(?:<[\w -]+>|[A-Za-z]\w*)$/.test(token) && !/^(?:options|command|args|flags)$/i.test(token) && !words.includes(token),
    )
    .slice(given.length)
    .map((token) => {
      const name = token.replace(/[<>]/g, '').toLowerCase();
      const shown = new RegExp(String.raw`^\s+(?:\* +)?${name} +([A-Z]+)\b`, 'im').exec(help)?.[1];
      return omitUndefined({ name, option: '', isRequired: true, type: typeNamed(shown) });
    });
  const options = [...required, ...optional.flatMap((text) => entryOf(text) ?? [])].filter(({ isFlag }) => !isFlag);
  return { options, required: required.map(({ option }) => option), positional };
}

/** Words that are neither the program nor options with their values. */
export function wordsAfterProgram(words: readonly string[]): string[] {
  const isInterpreted = /^(?:.*\/)?(?:python|node|(?:ba|z)?sh$|perl|ruby|Rscript|julia|java|uv|npx|torchrun|accelerate)/.test(
    words[0] ?? '',
  );
  const program = isInterpreted ? words.findIndex((word, k) => k > 0 && !word.startsWith('-')) : 0;
  return words.slice(program + 1).filter((word, k, all) => !word.startsWith('-') && !all[k - 1]?.startsWith('-'));
}
