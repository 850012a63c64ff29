/** The same configurations as in tune.ts, with the price of an answer as a second objective: how good an assistant do you get for how much? */
import { each, nsga2, optimize } from 'hypertide';
import { type Assistant, answer, assistant } from './answer.ts';
import { questions } from './questions.ts';

const objectives = { score: 'maximize', usd: 'minimize' } as const;
const both = each(questions, async (params: Assistant, question, trial) => {
  const { score, usd } = await answer(params, question, trial);
  return { score, usd };
});
const { front } = await optimize(assistant, both, { objectives, strategy: nsga2(), trials: 80, parallel: 4 }).result();
for (const { params, values } of front) {
  const { model, instruction, passages } = params;
  const dollars = (1e6 * values.usd).toFixed(0).padStart(3);
  console.log(`${values.score.toFixed(2)} right, $ ${dollars} for a million answers: ${model}, ${instruction}, ${passages} passages`);
}
