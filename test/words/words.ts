/** A phrase that documents, comments and messages must not contain: the pattern, what to write instead, and why. */
export interface Banned {
  readonly phrase: RegExp;
  readonly instead: string;
  readonly why: string;
}

const archaic = 'engineers do not write it today';
const person = 'trials, strategies and functions are not persons';

/** Kept small: only phrases that slow readers down. GLOSSARY.md has the words to use. */
export const banned: readonly Banned[] = [
  { phrase: /(?<!['`])\banew\b/i, instead: 'again', why: archaic }, // `anew` in quotes is the value of a tag
  { phrase: /\bafresh\b/i, instead: 'again, from scratch', why: archaic },
  { phrase: /\btold of\b/i, instead: 'gets, is notified of', why: person },
  { phrase: /\bsigns? of life\b/i, instead: 'heartbeat', why: 'one word for one thing' },
  { phrase: /(?<!TrialState\.|['`])\bpruned\b/i, instead: 'stopped', why: 'one word for one thing; Optuna has the other one' },
  { phrase: /\bnothing where\b/i, instead: 'undefined if', why: 'it hides the value' },
  { phrase: /\bwhat (becomes?|became) of\b/i, instead: 'the result of', why: archaic },
  { phrase: /\bis (not )?such\b/i, instead: 'is one', why: archaic },
  { phrase: /\bso that one (can|may|must|sees|knows|does|needs)\b/i, instead: 'so that you', why: archaic },
  { phrase: /\bof it nothing\b/i, instead: 'nothing of it', why: archaic },
  { phrase: /\bis said\b/i, instead: 'is printed, is reported', why: 'it does not say by what' },
  { phrase: /\bholds? (\w+ ){1,3}against\b/i, instead: 'checks', why: 'a word-for-word translation' },
];
