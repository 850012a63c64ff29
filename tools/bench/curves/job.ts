// A process of `npx tsx tools/bench curves`: runs the studies that it gets as messages.
import type { StrategySpec } from '../../../streams/index.ts';
import { play, type Setting } from './play.ts';
import { problems } from './problems.ts';

export interface Job extends Setting {
  readonly problem: string;
  readonly spec: StrategySpec;
}

process.on('message', async ({ problem, spec, ...setting }: Job) => {
  process.send!(await play(problems.find(({ name }) => name === problem)!, spec, setting));
});
