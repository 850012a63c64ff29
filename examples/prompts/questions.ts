import { readFileSync } from 'node:fs';

export interface Question {
  readonly text: string;
  readonly answer: string;
  /** Where the answer stands. */
  readonly passage: string;
}

const blocks = readFileSync(new URL('handbook.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n\n');
const lines = blocks.map((block) => block.split('\n'));

/** The handbook of a tram company that does not exist, so that no language model has read it. */
export const passages: readonly string[] = lines.map(([passage]) => passage!);

const all = lines.flatMap(([passage, ...asked]) =>
  asked.map((line): Question => {
    const [text, answer] = line.split(' = ') as [string, string];
    return { text, answer, passage: passage! };
  }),
);
/** Three of four questions choose the configuration. The others tell how good it is: the study never sees them. */
export const questions = all.filter((_, i) => i % 4 !== 3);
export const unseen = all.filter((_, i) => i % 4 === 3);

/** The passages that share the most words with a question: a search without tricks, so that it matters how many you take. */
export function retrieve(question: string, count: number): readonly string[] {
  const asked = wordsOf(question);
  const shared = new Map(passages.map((passage) => [passage, [...wordsOf(passage)].filter((word) => asked.has(word)).length]));
  return [...passages].sort((a, b) => shared.get(b)! - shared.get(a)!).slice(0, count);
}
const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\d.:]*[\p{L}\d]/gu));

/** Whether the last line of a reply is the answer, apart from capitals, articles and a full stop. */
export function isRight(reply: string, { answer }: Question): boolean {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/^(answer:|the|a|an)\s+|\.$/g, '')
      .trim();
  return plain(reply.trim().split('\n').at(-1)!) === plain(answer);
}
