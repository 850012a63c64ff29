/**
 * Two ways of successive halving. `promote`: trials pause at 1, 3 and 9 epochs, and the best third go on from their checkpoints, so that no
 * epoch is trained twice. `stop`: trials run on, and those that fall behind are stopped; this needs reports, but no checkpoints.
 */
import assert from 'node:assert/strict';
import { asha, chain, float, type Infer, type Objective, optimize, type Row, random, space, trials } from 'hypertide';
import { lastValueFrom, toArray } from 'rxjs';

const networks = space({ rate: float(1e-4, 1, { log: true }) });
type Network = Infer<typeof networks>;
const epochs = 27;

/** What a training has come to. A real one would be a file, and its name the checkpoint. */
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

for (const mode of ['promote', 'stop'] as const) {
  trained = 0;
  const study = optimize(networks, train, {
    strategy: chain(asha({ min: 1, max: epochs, mode }), random()),
    objectives: { error: 'minimize' },
    trials: 60,
    parallel: 4,
  });
  const [rows, { best }] = await Promise.all([lastValueFrom(study.pipe(trials(), toArray())), study.result()]);
  const count = (is: (row: Row<Network>) => boolean) => rows.filter(is).length;
  const promoted = count(({ resumes }) => resumes !== undefined);
  const stopped = count(({ status }) => status === 'stopped');
  console.log(`${mode}: ${trained} of ${60 * epochs} epochs, ${promoted} promotions, ${stopped} stops`, best?.params, best?.values);

  assert.ok(trained < 0.5 * 60 * epochs);
  assert.ok(mode === 'promote' ? promoted > 10 && stopped === 0 : promoted === 0 && stopped > 20);
  assert.equal(best?.step, epochs);
  assert.ok(Math.abs(Math.log10(best!.params.rate) + 2) < 0.5);
}
