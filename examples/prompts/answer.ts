import { choice, float, type Infer, int, space, type Trial } from 'hypertide';
import { ask, models } from './model.ts';
import { isRight, type Question, retrieve } from './questions.ts';

const instructions = {
  plain: 'Answer the question with the help of these passages of a handbook.',
  brief: 'Answer the question with the help of these passages of a handbook. Write only a number, a time or a name.',
  steps:
    'These are passages of a handbook. Think in small steps: which passage matters, and what does it say? Then write the answer alone in a last line.',
};

export const assistant = space({
  model: choice(models),
  instruction: choice(Object.keys(instructions) as (keyof typeof instructions)[]),
  passages: int(1, 12),
  temperature: float(0, 1.2),
});

export type Assistant = Infer<typeof assistant>;

/** The result of a configuration on one question: 1 for the right answer, with what it cost and how long it took. */
export async function answer(params: Assistant, question: Question, { signal }: Pick<Trial, 'signal'>) {
  const { model, temperature } = params;
  const passages = retrieve(question.text, params.passages);
  const request = { model, temperature, instruction: instructions[params.instruction], passages, question: question.text };
  const { text, usd, seconds } = await ask(request, signal);
  return { score: isRight(text, question) ? 1 : 0, usd, seconds };
}
