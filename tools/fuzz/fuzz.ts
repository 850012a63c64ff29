import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rngFor } from '../../src/numeric/random.ts';
import { mutate } from './mutate.ts';
import type { Target } from './target.ts';
import { facts } from './targets/facts.ts';
import { http } from './targets/http.ts';
import { journal } from './targets/journal.ts';
import { output } from './targets/output.ts';
import { rpc } from './targets/rpc.ts';
import { studyFile } from './targets/studyFile.ts';

export const makers: Readonly<Record<string, () => Target | Promise<Target>>> = {
  facts: () => facts,
  output: () => output,
  journal,
  'study file': studyFile,
  rpc,
  http,
};

/** Bytes of an input that is kept, and how many are kept. */
const LONGEST = 2000;
const MOST = 40;

const fileOf = (name: string): URL => new URL(`./corpus/${name.replace(' ', '-')}.json`, import.meta.url);

/** Inputs that were found earlier, each of which made its target do something else. */
export const corpusOf = (name: string): string[] =>
  existsSync(fileOf(name)) ? (JSON.parse(readFileSync(fileOf(name), 'utf8')) as string[]) : [];

export const saveCorpus = (name: string, corpus: readonly string[]): void =>
  writeFileSync(fileOf(name), `${JSON.stringify(corpus, null, 1)}\n`);

/** An input with which a target breaks a rule. */
export interface Failure {
  readonly target: string;
  readonly input: string;
  readonly error: Error;
}

export interface FuzzResult {
  readonly target: string;
  readonly inputs: number;
  /** Milliseconds of CPU that the slowest input took. */
  readonly slowest: number;
  /** Inputs to keep. */
  readonly corpus: readonly string[];
  readonly failure?: Failure;
}

/** Seconds of CPU that this process has used, so that a busy machine tries as many inputs. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * Gives changed inputs to a target until it has used some seconds of CPU, or fails.
 *
 * @param seed decides which inputs come
 * @param before called with each input before the target gets it
 */
export async function fuzz(target: Target, seconds: number, seed: string, before: (input: string) => void = () => {}): Promise<FuzzResult> {
  const corpus = corpusOf(target.name);
  const pool = [...target.seeds, ...corpus];
  const seen = new Set<string>();
  const until = used() + seconds;
  let inputs = 0;
  let slowest = 0;
  let input = '';
  try {
    for (; inputs < pool.length || used() < until; inputs++) {
      const rng = rngFor(seed, target.name, inputs);
      const isNew = inputs >= target.seeds.length + corpus.length;
      input = isNew ? mutate(pool[Math.floor(rng() * pool.length)]!, pool, rng) : pool[inputs]!;
      before(input);
      const since = used();
      const did = await target.take(input);
      slowest = Math.max(slowest, 1000 * (used() - since));
      if (seen.has(did)) continue;
      seen.add(did);
      if (!isNew || input.length > LONGEST || corpus.length >= MOST) continue;
      pool.push(input);
      corpus.push(input);
    }
    return { target: target.name, inputs, slowest, corpus };
  } catch (error) {
    return { target: target.name, inputs, slowest, corpus, failure: { target: target.name, input, error: error as Error } };
  }
}
