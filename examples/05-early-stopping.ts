/**
 * Two kinds of early stopping. By default, trials that fall behind at 1, 3 or 9 epochs are stopped; the training only has to report. With `pause`,
 * trials pause at these epochs, and the best third are resumed from their checkpoints; no epoch is trained twice.
 */
import assert from 'node:assert/strict';
import { asha, chain, float, type Infer, type Objective, optimize, random, space, type TrialRow, trials } from 'hypertide';
import { lastValueFrom, toArray } from 'rxjs';

const networks = space({ rate: float(1e-4, 1, { log: true }) });
type Network = Infer<typeof networks>;
const epochs = 27;

/** The state of a training. A real trainer would save it in a file; its path would be the checkpoint. */
interface State {
  readonly epoch: number;
  readonly error: number;
}
const checkpoints = new Map<string, State>();
let trained = 0;

const train: Objective<Network> = async ({ rate }, { trial, budget = epochs, checkpoint, signal, report }) => {
  let { epoch, error }: State = checkpoints.get(checkpoint ?? '') ?? { epoch: 0, error: 1 };
  while (epoch < budget && !signal.aborted) {
    epoch++;
    trained++;
    const floor = 0.05 + 0.1 * Math.abs(Math.log10(rate) + 2);
    error = floor + 0.8 * (error - floor);
    report(error, epoch);
    await new Promise(setImmediate);
  }
  checkpoints.set(`${trial}`, { epoch, error });
  return { values: { error }, checkpoint: `${trial}` };
};

for (const pause of [false, true]) {
  trained = 0;
  const study = optimize(networks, train, {
    strategy: chain(asha({ min: 1, max: epochs, pause }), random()),
    objectives: { error: 'minimize' },
    trials: 60,
    parallel: 4,
    resumes: true,
  });
  const [rows, { best }] = await Promise.all([lastValueFrom(study.pipe(trials(), toArray())), study.result()]);
  const count = (is: (row: TrialRow<Network>) => boolean) => rows.filter(is).length;
  const promoted = count(({ resumes }) => resumes !== undefined);
  const stopped = count(({ status }) => status === 'stopped');
  console.log(
    `${pause ? 'pausing' : 'stopping'}: ${trained} of ${60 * epochs} epochs, ${promoted} promotions, ${stopped} stops`,
    best?.params,
    best?.values,
  );

  assert.ok(trained < 0.5 * 60 * epochs);
  assert.ok(pause ? promoted > 10 && stopped === 0 : promoted === 0 && stopped > 20);
  assert.equal(best?.step, epochs);
  assert.ok(Math.abs(Math.log10(best!.params.rate) + 2) < 0.5);
}
