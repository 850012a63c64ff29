import { createHash } from 'node:crypto';
import { questions, unseen } from './questions.ts';

export interface Request {
  readonly model: string;
  readonly temperature: number;
  readonly instruction: string;
  readonly passages: readonly string[];
  readonly question: string;
}
export interface Reply {
  readonly text: string;
  readonly usd: number;
  readonly seconds: number;
}

/** Dollars for a million tokens that are read, and that are written. Write the models of your endpoint here, with the prices that you pay. */
const prices: Readonly<Record<string, readonly [read: number, written: number]>> = process.env.OPENAI_BASE_URL
  ? { 'gpt-4.1-nano': [0.1, 0.4], 'gpt-4.1-mini': [0.4, 1.6] }
  : { 'stand-in-small': [0.1, 0.4], 'stand-in-large': [0.4, 1.6] };
export const models = Object.keys(prices);
const usdOf = (model: string, read: number, written: number) => (prices[model]![0] * read + prices[model]![1] * written) / 1e6;

/** Asks the endpoint at `OPENAI_BASE_URL`, if that is set, or a stand-in. */
export const ask = (request: Request, signal: AbortSignal): Promise<Reply> => {
  const { OPENAI_BASE_URL: url, OPENAI_API_KEY: key } = process.env;
  return url ? askEndpoint(url, key, request, signal) : askStandIn(request);
};

async function askEndpoint(url: string, key: string | undefined, request: Request, signal: AbortSignal): Promise<Reply> {
  const { model, temperature, instruction, passages, question } = request;
  const messages = [
    { role: 'system', content: [instruction, ...passages].join('\n\n') },
    { role: 'user', content: question },
  ];
  const started = performance.now();
  const response = await fetch(`${url.replace(/\/$/, '')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ model, temperature, messages }),
    signal, // a trial that is stopped does not wait for its last reply
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  const { choices, usage } = (await response.json()) as Completion;
  const seconds = (performance.now() - started) / 1000;
  return { text: choices[0]!.message.content, usd: usdOf(model, usage.prompt_tokens, usage.completion_tokens), seconds };
}
interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/**
 * No language model: a rule that looks up the answer and then says it, or something else. It is more often right if the passage with the answer is there,
 * few others are, the model is large, the temperature is low and the instruction asks for steps. Without being asked for brevity, it says a sentence.
 */
async function askStandIn({ model, temperature, instruction, passages, question }: Request): Promise<Reply> {
  const { answer, passage } = [...questions, ...unseen].find(({ text }) => text === question)!;
  const [isLarge, hasSteps, isBrief] = [model.endsWith('large'), /steps/.test(instruction), /alone|only/.test(instruction)];
  const others = passages.filter((other) => other !== passage).length;
  const skill = (isLarge ? 3 : 2) + (hasSteps ? 0.7 : 0) - (isLarge ? 0.1 : 0.25) * others - temperature ** 2;
  const knows = passages.includes(passage) && luck(model, temperature, instruction, passages.length, question) < 1 / (1 + Math.exp(-skill));
  const said = knows ? answer : 'unknown';
  const last = isBrief ? said : `According to the handbook, it is ${said}.`;
  const text = hasSteps ? `I look for the passage about this. It says: ${passages[0]}\n${last}` : last;
  const [read, written] = [[instruction, ...passages, question].join(' ').length / 4, text.length / 4]; // about four letters make a token
  return { text, usd: usdOf(model, read, written), seconds: 0.2 + written * (isLarge ? 0.02 : 0.01) };
}

/** A number from 0 to 1, always the same for the same request. */
const luck = (...request: readonly unknown[]): number =>
  createHash('sha256').update(JSON.stringify(request)).digest().readUInt32BE() / 2 ** 32;
