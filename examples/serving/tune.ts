/**
 * Tune how a server answers requests, on 60 traces of requests. Some configurations run out of memory, which shows only on
 * traces with many long requests.
 */
import { each, float, InfeasibleError, type Infer, int, optimize, space } from 'hypertide';
import { serve, trace } from './server.ts';

const serving = space({
  replicas: int(1, 8),
  batch: int(1, 64, { log: true }),
  patience: float(0.001, 1, { log: true }),
  cache: float(0.5, 22),
});
type Configuration = Infer<typeof serving>;

/** What is minimised: the logarithm, or a few traces with a long queue would decide, plus the price of the replicas in relation to it. */
const lossOf = (params: Configuration, { latency }: { readonly latency: number }) => Math.log10(latency) + 0.05 * params.replicas;

const names = Array.from({ length: 60 }, (_, i) => `trace ${i}`);
let runs = 0;
const loss = each(names, (params: Configuration, name) => {
  runs++;
  const result = serve(params, trace(name));
  return { values: { loss: lossOf(params, result) }, metrics: result };
});
const { best, failed } = await optimize(serving, loss, { objectives: { loss: 'minimize' }, trials: 60, seed: 1 }).result();
console.log(`${runs} traces; 60 trials on all of them would need ${60 * names.length}; ${failed} trials ran out of memory`);
console.log(best?.params, `on ${best?.examples} traces:`, best?.values);

// A configuration that fits into the memory on all of these traces may still fail on others, so leave some room.
const others = Array.from({ length: 60 }, (_, i) => {
  try {
    return lossOf(best!.params, serve(best!.params, trace(`another trace ${i}`)));
  } catch (error) {
    if (error instanceof InfeasibleError) return undefined;
    throw error;
  }
});
const fine = others.filter((other) => other !== undefined);
console.log(
  `on other traces: ${(fine.reduce((a, b) => a + b, 0) / fine.length).toFixed(3)}; out of memory on ${others.length - fine.length} of them`,
);
