import { canonical, splitOf, stepRank, usualDirection } from '../text/names.ts';

/** The numbers in a line of ordinary output. */
export interface NumbersInLine {
  /** Values by their names as printed; null for one that was not measured. */
  readonly fields: ReadonlyMap<string, number | null>;
  /** The step that the line names, as printed. */
  readonly step?: number | undefined;
  /** How many steps there are, as in `Epoch 3/20`. */
  readonly total?: number | undefined;
  /** The step begins the line: later lines may belong to it. */
  readonly heads: boolean;
  /** The step is not over yet: a progress bar below 100 %, `[64/60000]`, a batch. */
  readonly partial: boolean;
  /** A progress bar: Lightning redraws a full one with the values of the validation that follows. */
  readonly bar?: boolean;
  /** A number at the start of the line, which is the step only if nothing else names one: `[10]`, `10:`. */
  readonly lead?: number | undefined;
}

/** Words of a name, the last ones before its value. */
const LONGEST_NAME = 6;

const TOKEN = /([\p{L}_#][\p{L}\p{N}_@#]*(?:[./'-][\p{L}\p{N}_@#]+)*)|([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[ed][+-]?\d+)?)|\S/giu;
const NOT_FINITE = /^(?:nan|inf|infinity)$/i;
const NOT_MEASURED = /^(?:none|null|na)$/i;
/** `loss: tensor(0.4)` of PyTorch, `np.float64(0.4)` of NumPy 2, `Array(0.4, dtype=float32)` of JAX. */
const WRAPPERS = /^(?:tensor|array|(?:np\.|numpy\.)?float(?:16|32|64))$/i;
const LEVELS = /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL)$/;
const FILLERS = /^(?:the|a|an|is|was|of|at|in|on|for|over|and|with|after|new)$/i;
/** What follows says on which data a value was measured. */
const ABOUT = /^(?:of|on|for|over|in|at|after)$/i;
const CHANGED = /^(?:improved|changed|decreased|increased|reduced|dropped|fell|rose|went)$/i;
/** A unit directly after a number. A letter such as `k` and `M` may be a factor instead. */
const ATTACHED = /^(?![kmgbtx]$|(?:st|nd|rd|th)$)[\p{L}µ°]{1,4}$/iu;
/** A unit after a blank. */
const UNIT = /^(?:dB|[munμµ]?s|secs?|min|k?Wh|[km]?J|k?W|[KMGT]i?B|k?Hz|[mck]m|pp|pts|points|bits|nats|e?V|px)$/;

interface Token {
  readonly kind: 'word' | 'number' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Finds names with numbers in a line of ordinary output, such as a progress bar or a logger's line. Takes time proportional to the length of the
 * line.
 *
 * @param named further names that may stand before a number without a sign between, in lower case.
 * @example
 * numbersInText('Epoch 3/20: train loss 0.41, val loss 0.5').fields // Map { 'train_loss' => 0.41, 'val_loss' => 0.5 }
 */
export function numbersInText(line: string, named: ReadonlySet<string> = new Set()): NumbersInLine {
  return new Scan(tokensOf(line), named).run();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, 1: word, 2: number, index } of text.matchAll(TOKEN)) {
    const kind = word !== undefined ? 'word' : number !== undefined ? 'number' : 'sign';
    tokens.push({ kind, text: found, start: index, end: index + found.length });
  }
  return tokens;
}

const numberOf = (text: string): number => Number(text.replace(/d/i, 'e'));
const isQuote = (token: Token | undefined): boolean => token?.text === '"' || token?.text === "'";
const isOpening = (token: Token | undefined): boolean => token?.text === '[' || token?.text === '(';

/** Whether a comma and a number follow without a blank, as in `0,5`. */
function isSplitByComma(tokens: readonly Token[], end: number): boolean {
  const [last, comma, rest] = tokens.slice(end - 1, end + 2);
  return comma?.text === ',' && comma.start === last!.end && rest?.kind === 'number' && rest.start === comma.end;
}

/** The number at `at`, which may have commas between its thousands: `12,000`, `1,234.5`. */
function numberAt(tokens: readonly Token[], at: number) {
  if (tokens[at]?.kind !== 'number') return undefined;
  let { text } = tokens[at];
  let end = at + 1;
  while (/^[1-9]\d{0,2}(?:,\d{3})*$/.test(text) && isSplitByComma(tokens, end) && /^\d{3}(?:\.\d+)?$/.test(tokens[end + 1]!.text)) {
    text += `,${tokens[end + 1]!.text}`;
    end += 2;
  }
  return { value: numberOf(text.replaceAll(',', '')), end, text };
}

/** One pass over the tokens of a line. */
class Scan {
  readonly #tokens: readonly Token[];
  readonly #named: ReadonlySet<string>;
  readonly #fields = new Map<string, number | null>();
  /** Words directly before the current one. */
  #words: string[] = [];
  /** `val` of `val: loss 0.5 acc 0.7`. */
  #split: string | undefined;
  #step: { readonly rank: number; readonly value: number; readonly total: number | undefined } | undefined;
  #heads = false;
  #partial = false;
  #bar = false;
  /** Whether a step would begin the line: only a logger's prefix came before. */
  #leading = true;
  #logged = false;

  constructor(tokens: readonly Token[], named: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#named = named;
  }

  run(): NumbersInLine {
    const lead = this.#lead();
    for (let i = 0; i < this.#tokens.length; ) i = this.#next(i);
    const { value, total } = this.#step ?? {};
    const whole = value === undefined ? undefined : Math.ceil(value);
    return {
      fields: this.#fields,
      heads: this.#heads,
      partial: this.#partial || whole !== value,
      bar: this.#bar,
      step: whole,
      total,
      lead: whole === undefined ? lead : undefined,
    };
  }

  /** `[10]` of XGBoost and LightGBM, `[3/20]`, `[1, 2000]`, and `10:` of CatBoost. */
  #lead(): number | undefined {
    const [first, second, third] = this.#tokens;
    if (first?.kind === 'number' && second?.text === ':' && second.start === first.end && third && third.start > second.end)
      return wholeOf(first.text);
    return first?.text === '[' && second?.kind === 'number' && /^[\],/]$/.test(third?.text ?? '') ? wholeOf(second.text) : undefined;
  }

  /** Reads the token at `i`. @returns the index of the next one. */
  #next(i: number): number {
    const token = this.#tokens[i]!;
    if (token.kind === 'word') return this.#word(token, i);
    if (token.kind === 'number') {
      const isCount = /^the$/i.test(this.#words.at(-1) ?? '') && this.#tokens[i + 1]?.kind === 'word'; // of the 10000 images
      if (!isCount) this.#words = [];
      return this.#progress(i);
    }
    if (!isQuote(token)) this.#words = [];
    if (this.#logged) this.#leading = true;
    return i + 1;
  }

  #word({ text }: Token, i: number): number {
    const rank = stepRank(text);
    if (rank !== undefined) {
      const end = this.#stepAt(rank, i);
      if (end !== undefined) return end;
    }
    if (/^(?:mini-?)?batch(?:es)?$/i.test(text)) this.#partial = true;
    this.#words.push(text);
    const found = this.#valueAfter(i);
    if (found) {
      this.#writeOutput(found.value);
      this.#words = [];
      this.#leading = false;
      return found.end;
    }
    this.#prefix(text);
    return i + 1;
  }

  /** A word without a value: of a logger, of the data that the following values are about, or any other. */
  #prefix(text: string): void {
    if (LEVELS.test(text)) {
      this.#logged = this.#leading = true;
      this.#words = [];
      return;
    }
    const split = splitOf(text);
    if (split !== undefined) this.#split = split;
    else if (stepRank(text) === undefined) this.#leading = false;
  }

  /** `Epoch 3/20`, `Epoch: [0][ 10/5005]`, `epoch=3`, `'epoch': 1.0`, `Epoch(train) [1][50/938]`, `Epoch #3`. */
  #stepAt(rank: number, i: number): number | undefined {
    const tokens = this.#tokens;
    let at = i + 1;
    if (tokens[at]?.text === '(' && tokens[at + 1]?.kind === 'word' && tokens[at + 2]?.text === ')') {
      this.#split = splitOf(tokens[at + 1]!.text) ?? this.#split;
      at += 3;
    }
    while (at - i < 8 && /^[=:#"'[(]$/.test(tokens[at]?.text ?? '')) at++;
    const number = numberAt(tokens, at);
    if (number === undefined) return undefined;
    const { value, end } = number;
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return undefined;
    const total = tokens[end]?.text === '/' && tokens[end + 1]?.kind === 'number' ? wholeOf(tokens[end + 1]!.text) : undefined;
    if (this.#step === undefined || rank < this.#step.rank) {
      if (this.#step) this.#partial = true;
      else this.#heads = this.#leading;
      this.#step = { rank, value, total };
    } else if (rank > this.#step.rank) this.#partial = true; // a step within an epoch
    this.#split = splitOf(this.#words.at(-1) ?? '') ?? this.#split;
    this.#words = [];
    return total === undefined ? end : end + 2;
  }

  /** A number on its own: the progress within the step. */
  #progress(i: number): number {
    const tokens = this.#tokens;
    const done = numberOf(tokens[i]!.text);
    if (tokens[i + 1]?.text === '%') {
      if (done < 100) this.#partial = true;
      if (tokens[i + 2]?.text === '|') this.#bar = true;
      return i + 2;
    }
    if (tokens[i + 1]?.text !== '/' || tokens[i + 2]?.kind !== 'number') return i + 1;
    if (done < numberOf(tokens[i + 2]!.text)) this.#partial = true;
    return i + 3;
  }

  /** The value that the word at `i` names, if it names one. */
  #valueAfter(i: number): { readonly value: number | null; readonly end: number } | undefined {
    const tokens = this.#tokens;
    let at = i + 1;
    while (isQuote(tokens[at])) at++;
    if (CHANGED.test(tokens[at]?.text ?? '') && /^from$/i.test(tokens[at + 1]?.text ?? '')) return this.#changedAt(at + 2);
    if (/^(?:is|was)$/i.test(tokens[at]?.text ?? '')) at++;
    const signed = tokens[at]?.text === '=' || tokens[at]?.text === ':';
    if (signed) at++;
    else if (isQuote(tokens[at - 1]) || !this.#isKnown(tokens[i]!.text)) return undefined;
    else if (/^[|│┃]$/.test(tokens[at]?.text ?? '')) at++; // a table of names and values
    const isAround = () =>
      isQuote(tokens[at]) || isOpening(tokens[at]) || (WRAPPERS.test(tokens[at]?.text ?? '') && isOpening(tokens[at + 1]));
    while (signed && at - i < 12 && isAround()) at++;
    return this.#valueAt(at);
  }

  /** The second one of `from 1.2 to 0.5`. */
  #changedAt(from: number) {
    const to = this.#tokens.slice(from, from + 4).findIndex(({ text }) => /^(?:to|>)$/i.test(text));
    return to < 1 ? undefined : this.#valueAt(from + to + 1);
  }

  #valueAt(at: number): { readonly value: number | null; readonly end: number } | undefined {
    const tokens = this.#tokens;
    const token = tokens[at];
    if (/^[+-]$/.test(token?.text ?? '') && NOT_FINITE.test(tokens[at + 1]?.text ?? '')) return { value: Number.NaN, end: at + 2 };
    if (NOT_FINITE.test(token?.text ?? '')) return { value: Number.NaN, end: at + 1 };
    if (NOT_MEASURED.test(token?.text ?? '')) return { value: null, end: at + 1 };
    const number = numberAt(tokens, at);
    if (number === undefined) return undefined;
    const { value, end, text } = number;
    if (isSplitByComma(tokens, end) || (text.includes(',') && !text.includes('.'))) return undefined; // `0,5` and `1,234` could be decimals
    const next = tokens[end];
    const touches = next !== undefined && next.start === tokens[end - 1]!.end;
    const isMeasured = next?.text === '%' || (next !== undefined && (touches ? ATTACHED : UNIT).test(next.text));
    if (isMeasured && !/^[=:]$/.test(tokens[end + 1]?.text ?? '') && Number.isFinite(value)) return { value, end: end + 1 };
    if (touches && (next.kind === 'word' || (next.text === ':' && tokens[end + 1]?.start === next.end))) return undefined; // 3x3, 00:05
    if (touches && next.text === '/' && tokens[end + 1]?.kind === 'number') {
      return { value: value / numberOf(tokens[end + 1]!.text), end: end + 2 }; // correct of all
    }
    return { value, end };
  }

  #isKnown(word: string): boolean {
    return usualDirection(word) !== undefined || this.#named.has(word.toLowerCase());
  }

  /** Records a value under the words before it. */
  #writeOutput(value: number | null): void {
    const said = this.#words.slice(-2 * LONGEST_NAME);
    const at = said.findIndex((word, i) => ABOUT.test(word) && said.slice(0, i).some((one) => this.#isKnown(one)));
    if (at > 0) this.#split = splitOf(said.splice(at).join(' ')) ?? this.#split;
    const words = said.filter((word) => !FILLERS.test(word)).slice(-LONGEST_NAME);
    const name = words.length > 1 ? canonical(words.join(' ')) : (words[0] ?? said.at(-1)!);
    const own = splitOf(name);
    if (own !== undefined && words.length > 1) this.#split = own;
    const full = own === undefined && this.#split !== undefined && usualDirection(name) !== undefined ? `${this.#split}_${name}` : name;
    this.#fields.set(full, value);
  }
}

function wholeOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
