import { map, pipe } from 'rxjs';
import type { Axis } from '../../src/space/axis.ts';
import { child, type Env } from '../../src/strategy/env.ts';
import type { Message, Propose } from '../../src/strategy/messages.ts';
import { type Strategy, withSpec } from '../kernel/strategy.ts';
import { chain, stageKind } from '../operators/chain.ts';
import { handOver } from '../operators/handOver.ts';
import { boFollowed } from './bo.ts';
import { confirmIfNeeded } from './confirm.ts';
import { nsga2 } from './evolution/nsga2.ts';
import { tpe } from './tpe.ts';

/** With more results, a Gaussian process gains little, and a fit takes longer than many trials. */
const MODELLED = 500;
/** With fewer trials, a tenth of them is too few to confirm anything. */
const CONFIRMED = 30;
/** With more parameters, a fit takes seconds. With 60 and 100, `bo` found better values than `tpe` on four functions. */
const WIDE = 100;

/**
 * Chooses a strategy for the study.
 *
 * Use it unless you have a reason to name another strategy. It is the default.
 *
 * - more than 100 parameters, or more than two objectives: `tpe()`
 * - otherwise: `bo()`; without a limit of trials, cost or spend, `bo({ costAware: true })`, since then time limits the study
 * - while the model of `bo()` does not predict the order of the results at all: `tpe()` for a third of the suggestions
 * - after 500 trials: `tpe()`, or `nsga2()` with several objectives
 * - in the last tenth of at least 30 trials, at most 20, with one objective and without early stopping: `confirm()` if noise may decide which configuration is the best.
 *   Where the results leave open whether there is noise, it repeats two configurations to find out
 *
 * The path of a suggestion names the chosen strategy, and its tag `why` the reason.
 *
 * @example
 * optimize(space({ rate: float(1e-5, 1e-1, { log: true }) }), train, { strategy: auto(), trials: 50 });
 */
export const auto = (): Strategy => withSpec('auto', (parent) => choose(parent)(child(parent, 'auto')));

function choose({ axes, objectives, trials, cost, spend, rungs, examples }: Env): Strategy {
  const confirming = objectives.length === 1 && !rungs && examples === undefined && trials !== undefined && trials >= CONFIRMED;
  const many = because(`more than ${MODELLED} trials`, objectives.length > 1 ? nsga2() : tpe());
  return chain(
    ...(confirming ? [because('noise may decide which configuration is the best', confirmIfNeeded(trials))] : []),
    first(MODELLED, few(axes, objectives, (trials ?? cost ?? spend) === undefined)),
    many,
  );
}

/** The strategy for the first trials of a study; most studies have no others. @param isTimed whether only time limits the study */
function few(axes: readonly Axis[], objectives: readonly string[], isTimed: boolean): Strategy {
  if (objectives.length > 2) return because(`${objectives.length} objectives`, tpe());
  const parameters = axes.length === 1 ? '1 parameter' : `${axes.length} parameters`;
  return axes.length > WIDE
    ? because(parameters, tpe())
    : chain(
        because(`${parameters}, and a trial among the first ${MODELLED}`, boFollowed(isTimed ? { costAware: true } : {})),
        instead(because('the model of bo does not predict the order of the results', tpe())),
      );
}

/** A strategy with a path of its own, since one of the same name follows. */
const instead = (strategy: Strategy): Strategy => withSpec(strategy.spec!, (env) => strategy(child(env, 'instead')));

/** A strategy whose suggestions have the tag `why`. */
const because = (why: string, strategy: Strategy): Strategy =>
  withSpec(strategy.spec!, (env) => {
    const isIts = (m: Message): m is Propose => m.type === 'propose' && m.by === `${env.name}/${stageKind(strategy)}`;
    return pipe(
      strategy(env),
      map((m) => (isIts(m) ? { ...m, tags: { ...m.tags, why } } : m)),
    );
  });

/** A strategy until a study has had `n` suggestions, from any strategy; then asks are passed on, and the strategy receives no more facts. */
const first = (n: number, strategy: Strategy): Strategy =>
  withSpec(strategy.spec!, (env) =>
    handOver(
      strategy,
      env,
      {
        start: 0,
        tell: (suggested, { type }) => (type === 'suggested' ? suggested + 1 : suggested),
        passed: (suggested) => suggested >= n,
      },
      true,
    ),
  );
