import { boOptions } from '../../src/samplers/bo/bo.ts';
import { cmaesOptions } from '../../src/samplers/evolution/cmaes/cmaesRun.ts';
import { gaOptions } from '../../src/samplers/evolution/ga.ts';
import { nsga2Options } from '../../src/samplers/evolution/nsga2.ts';
import { forestOptions } from '../../src/samplers/forest/forest.ts';
import { lbfgsOptions } from '../../src/samplers/gradient/lbfgs.ts';
import { sgdOptions } from '../../src/samplers/gradient/sgd.ts';
import { tpeOptions } from '../../src/samplers/tpe/tpe.ts';
import { pbtOptions } from '../../src/schedulers/population.ts';
import type { OptionSet, OptionsOf } from '../../src/schema/optionSet.ts';
import type { Strategy } from '../kernel/strategy.ts';
import { asha } from '../strategies/asha.ts';
import { auto } from '../strategies/auto.ts';
import { bo } from '../strategies/bo.ts';
import { confirm, confirmOptions } from '../strategies/confirm.ts';
import { patience, patienceOptions } from '../strategies/earlyStopping/patience.ts';
import { percentileStop, percentileStopOptions } from '../strategies/earlyStopping/percentileStop.ts';
import { cmaes } from '../strategies/evolution/cmaes.ts';
import { ga } from '../strategies/evolution/ga.ts';
import { nsga2 } from '../strategies/evolution/nsga2.ts';
import { nsga3 } from '../strategies/evolution/nsga3.ts';
import { external, externalOptions, readProposer } from '../strategies/external.ts';
import { forest } from '../strategies/forest.ts';
import { lbfgs } from '../strategies/gradient/lbfgs.ts';
import { sgd } from '../strategies/gradient/sgd.ts';
import { grid, gridOptions } from '../strategies/grid.ts';
import { halvingOptions } from '../strategies/halving.ts';
import { hyperband } from '../strategies/hyperband.ts';
import { pbt } from '../strategies/pbt.ts';
import { race, raceOptions } from '../strategies/race.ts';
import { random } from '../strategies/random.ts';
import { sobol } from '../strategies/sobol.ts';
import { tpe } from '../strategies/tpe.ts';
import { type Form, type Keyed, options } from './forms.ts';

/** A strategy that takes only options, as study files name it. */
export interface NamedStrategy {
  /** The constructor checks the options. */
  readonly make: (options: Keyed) => Strategy;
  readonly options: OptionSet;
  readonly form: Form<Keyed>;
}

const entry = <S extends OptionSet>(make: (options: OptionsOf<S>) => Strategy, set: S): NamedStrategy => ({
  make: (given) => make(given as OptionsOf<S>), // which it checks
  options: set,
  form: options(set),
});

const externalEntry = entry<typeof externalOptions>(external, externalOptions);

/** Every strategy that takes only options. */
export const strategies: Readonly<Record<string, NamedStrategy>> = {
  asha: entry(asha, halvingOptions),
  auto: entry(auto, {}),
  bo: entry(bo, boOptions),
  cmaes: entry(cmaes, cmaesOptions),
  confirm: entry(confirm, confirmOptions),
  external: {
    ...externalEntry,
    form: {
      ...externalEntry.form,
      read: (data, path, parse) => externalEntry.form.read(readProposer(data), path, parse),
      schema: { ...externalEntry.form.schema, type: ['string', 'object'] },
    },
  },
  forest: entry(forest, forestOptions),
  ga: entry(ga, gaOptions),
  grid: entry(grid, gridOptions),
  hyperband: entry(hyperband, halvingOptions),
  lbfgs: entry(lbfgs, lbfgsOptions),
  nsga2: entry(nsga2, nsga2Options),
  nsga3: entry(nsga3, nsga2Options),
  patience: entry(patience, patienceOptions),
  pbt: entry(pbt, pbtOptions),
  percentileStop: entry(percentileStop, percentileStopOptions),
  race: entry(race, raceOptions),
  random: entry(random, {}),
  sgd: entry(sgd, sgdOptions),
  sobol: entry(sobol, {}),
  tpe: entry(tpe, tpeOptions),
};
