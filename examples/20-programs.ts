/**
 * Run programs from your own code, as `hypertide run` does: values are read from what a program prints, a trial that falls behind is stopped, and nothing
 * that a program started is left behind, even if this process is killed.
 */
import assert from 'node:assert/strict';
import { chain, float, optimize, percentileStop, random, space } from 'hypertide';
import { parseTemplate, readOutput, startProgram } from 'hypertide/programs';

// Any program that prints its loss. This one trains for 20 epochs.
const script = `let loss = 1, lr = process.argv[1];
  for (let epoch = 1; epoch <= 20; epoch++) console.log('Epoch', epoch + '/20 - loss:', (loss *= 1 - lr * (1 - lr)).toFixed(4));`;
const network = space({ lr: float(1e-3, 0.5, { log: true }) });
const command = parseTemplate([process.execPath, '-e', script.replaceAll('{', '{{').replaceAll('}', '}}'), '{lr}'], ['lr']);

const train = async (
  params: { readonly lr: number },
  { signal, report }: { readonly signal: AbortSignal; report(loss: number, step: number): void },
) => {
  const running = startProgram(
    { params },
    { command, metric: 'loss', timeLimit: 60, grace: 5, onReport: ({ step, values }) => report(values.value!, step) },
  );
  signal.addEventListener('abort', running.stop);
  const outcome = await running.done;
  if (outcome.type === 'failed') throw new Error(outcome.message);
  return outcome.type === 'completed' ? outcome.values.value! : Number.NaN; // the study has stopped it
};
const { best, completed, stopped } = await optimize(network, train, {
  strategy: chain(percentileStop({ warmup: 2 }), random()),
  trials: 10,
  parallel: 2,
});
console.log(`${completed} programs completed, ${stopped} were stopped early; the best:`, best?.params, best?.values);
assert.equal(completed + stopped, 10);

// What a program has printed elsewhere, or into a file, can be read as well.
const log = Buffer.from('Epoch 1/20 - loss: 0.5\nEpoch 2/20 - loss: 0.4\n{"checkpoint": "epoch-2.pt"}\n');
for await (const event of readOutput([log])) console.log(event);
