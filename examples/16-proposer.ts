// A strategy that lives elsewhere. Here it is a script in the same process; over HTTP, NATS or MCP it can be a person, an agent or a
// program in any language. It proposes next to CMA-ES, and when it stops proposing, random search takes its place.
import { chain, cmaes, createStudy, external, float, mix, random, space } from 'hypertide';

const plane = space({ x: float(-3, 3), y: float(-3, 3) });
const loss = ({ x, y }: { x: number; y: number }) => (x - 1) ** 2 + (y + 0.5) ** 2;

const study = createStudy(plane, {
  strategy: mix({ model: [cmaes(), 0.6], agent: [chain(external('agent', { wait: 0.1 }), random()), 0.4] }),
  trials: 40,
});

/** Looks around the best configuration so far, half as far each time, and stops after eight proposals. */
async function agent() {
  for (let radius = 2, turn = 0; turn < 8; turn++, radius /= 2) {
    const best = study.best()?.params ?? { x: 0, y: 0 };
    const near = (value: number, direction: number) => Math.min(3, Math.max(-3, value + direction * radius));
    await study.propose('agent', { x: near(best.x, turn % 2 ? 1 : -1), y: near(best.y, -1) }, { note: `within ${radius} of the best` });
    while (study.trials().filter(({ proposal }) => proposal !== undefined).length <= turn) await new Promise((done) => setTimeout(done, 1));
  }
}

const proposing = agent();
for (let trial = await study.ask(); trial; trial = await study.ask()) await study.tell(trial.trial, loss(trial.params));
await proposing;

const count = new Map<string, number>();
for (const { by } of study.trials()) count.set(by, (count.get(by) ?? 0) + 1);
console.log(Object.fromEntries(count));
console.log('best', study.best()?.values, 'by', study.best()?.by);
await study.close();
