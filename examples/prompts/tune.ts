/**
 * Tune a prompt, a model and a search for passages together, on 60 questions. Each trial is a configuration. Most trials answer only a few questions: those
 * that are probably worse than the best one are stopped.
 *
 * Without a key, a stand-in answers, which is no language model (model.ts). To ask a real one, set the address of any OpenAI-compatible endpoint:
 *
 *   OPENAI_BASE_URL=https://api.openai.com/v1 OPENAI_API_KEY=... npx tsx examples/prompts/tune.ts
 */
import { each, optimize } from 'hypertide';
import { type Assistant, answer, assistant } from './answer.ts';
import { questions, unseen } from './questions.ts';

let [answers, spent] = [0, 0];
const score = each(questions, async (params: Assistant, question, trial) => {
  const { score, usd, seconds } = await answer(params, question, trial);
  answers++;
  spent += usd;
  return { values: { score }, metrics: { usd, seconds } };
});
const { best, completed, stopped } = await optimize(assistant, score, {
  objectives: { score: 'maximize' },
  spend: { usd: 0.1 }, // the study ends when all answers together have cost this much
  retryErrors: true, // after a request that was refused, only the questions without an answer are asked again
  parallel: 4,
}).result();
const whole = Math.round(answers / questions.length);
console.log(
  `${completed + stopped} trials, ${answers} answers for $ ${spent.toFixed(3)}: as many as for ${whole} configurations on all questions`,
);
console.log(best?.params, `answers ${best?.examples} questions:`, best?.values);

// The best of many is partly the luckiest on these questions. What you may expect is what it does on others.
const signal = AbortSignal.timeout(60_000);
const others = await Promise.all(unseen.map((question) => answer(best!.params, question, { signal })));
console.log(`on ${unseen.length} other questions: ${others.filter((other) => other.score === 1).length} right`);
