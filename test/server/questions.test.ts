import { expect, it, onTestFinished } from 'vitest';
import { readFeed } from '../../src/server/feed/feed.ts';
import type { Question } from '../../src/server/questions/question.ts';
import { Questions } from '../../src/server/questions/questions.ts';
import { open } from './support.ts';

const trials = 40;

/** The questions of readers about a study of 40 trials. */
async function asking() {
  const at = await open({}, { name: 'digits', parameters: { x: { type: 'float', low: 0, high: 1 } }, strategy: 'random', trials });
  for (let trial = 1; trial <= trials; trial++) {
    const { run, params } = (await at.post('studies/digits/ask')).body;
    await at.post(`studies/digits/trials/${trial}/tell`, { run, values: { value: params.x } });
  }
  const feed = await readFeed(at.hosted);
  const questions = new Questions();
  onTestFinished(() => questions.close());
  const answered: string[] = [];
  /** Asks why a trial was suggested. */
  const why = (trial: number, user = 'ada') => {
    const gone = new AbortController();
    const question: Question = { what: 'why', trial };
    const answer = questions.ask(feed, question, user, gone.signal);
    answer.then(
      () => answered.push(`${user} ${trial}`),
      () => {},
    );
    return { answer, leave: () => gone.abort() };
  };
  return { ...at, why, answered };
}

it('equal questions are answered once', async () => {
  const { why } = await asking();
  const [first, second, other] = await Promise.all([why(1), why(1, 'board'), why(2)].map(({ answer }) => answer));
  expect(first).toMatchObject({ trial: 1, recomputed: 'equal', text: expect.any(Array) });
  expect(second).toBe(first);
  expect(other).toMatchObject({ trial: 2 });
});

it('users take turns, and of each at most 32 questions wait', async () => {
  const { why, answered } = await asking();
  const many = Array.from({ length: trials }, (_, i) => why(i + 1).answer);
  const other = why(trials, 'board').answer; // not one of those that wait
  const refused = (await Promise.allSettled(many)).flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  expect(refused.length).toBe(trials - 33); // the first one is answered
  expect(refused[0]).toMatchObject({ name: 'RefusedError', code: 'busy' });
  expect(await other).toMatchObject({ trial: trials });
  expect(answered.indexOf(`board ${trials}`)).toBe(1);
});

it('a question whose last reader leaves is dropped, even while the thread works on it', async () => {
  const { why, answered } = await asking();
  const left = Array.from({ length: 30 }, (_, i) => why(i + 1));
  const kept = why(30, 'board');
  await new Promise(setImmediate);
  for (const { leave } of left) leave();
  await Promise.all([kept.answer, why(31).answer]);
  const before = answered.filter((name) => name.startsWith('ada') && name !== 'ada 31');
  expect(before.length).toBeLessThanOrEqual(2); // the first one may have been answered, and another reader waits for the last one
  const again = why(1);
  expect(await again.answer).toMatchObject({ recomputed: 'equal' });
});

it('over HTTP, too many questions are refused with a time to wait', async () => {
  const { get } = await asking();
  const all = await Promise.all(Array.from({ length: trials }, (_, i) => get(`studies/digits/trials/${i + 1}/why`)));
  const refused = all.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ body: { code: 'busy' }, headers: { 'retry-after': '1' } });
  expect(all.filter(({ status }) => status === 200).length).toBe(trials - refused.length);
});
