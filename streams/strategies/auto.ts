import { child, type Env } from '../../src/messages.ts';
import type { Axis } from '../../src/space/axis.ts';
import { chain } from '../operators/chain.ts';
import { nest, respond } from '../operators/runInner.ts';
import { type Strategy, withSpec } from '../strategy.ts';
import { bo } from './bo.ts';
import { nsga2 } from './nsga2.ts';
import { tpe } from './tpe.ts';

/** Beyond so many results a Gaussian process knows where to look, and thinks for longer than many a trial takes. */
const MODELLED = 500;
/** With more parameters than this a fit takes seconds, and distances say little. */
const WIDE = 40;

/**
 * Chooses for those who name nothing, by what is known of the study:
 *
 * - more than 40 parameters, or more than two objectives: `tpe()`
 * - all others: `bo()`
 * - after 500 trials, whoever suggested them: `tpe()`, or with several objectives `nsga2()`
 *
 * The path of a suggestion says who was chosen, its tag `why` for which reason.
 *
 * @example
 * optimize(space({ rate: float(1e-5, 1e-1, { log: true }) }), train, { strategy: auto(), trials: 50 });
 */
export const auto = (): Strategy => withSpec('auto', (parent) => choose(parent)(child(parent, 'auto')));

function choose({ axes, objectives }: Env): Strategy {
  const many = because(`more than ${MODELLED} trials`, objectives.length > 1 ? nsga2() : tpe());
  return chain(first(MODELLED, few(axes, objectives)), many);
}

/** For a study's beginning, which is all of most studies. */
function few(axes: readonly Axis[], objectives: readonly string[]): Strategy {
  if (objectives.length > 2) return because(`${objectives.length} objectives`, tpe());
  const parameters = axes.length === 1 ? '1 parameter' : `${axes.length} parameters`;
  return axes.length > WIDE ? because(parameters, tpe()) : because(`${parameters}, up to ${MODELLED} trials`, bo());
}

/** A strategy whose suggestions say why it was asked. */
const because = (why: string, strategy: Strategy): Strategy =>
  withSpec(strategy.spec!, (env) =>
    respond((out) => {
      const { tell, ask } = nest(strategy, env, out);
      return {
        tell,
        answer: (question) => {
          const reply = ask(question);
          return reply.type === 'propose' ? { ...reply, tags: { ...reply.tags, why } } : reply;
        },
      };
    }),
  );

/** A strategy until `n` trials have been handed out, by whomever; then asks are handed on, and it is told no more. */
const first = (n: number, strategy: Strategy): Strategy =>
  withSpec(strategy.spec!, (env) =>
    respond((out) => {
      const { tell, ask } = nest(strategy, env, out);
      let handedOut = 0;
      return {
        answer: (question) => (handedOut < n ? ask(question) : question),
        tell: (told) => {
          if (told.type === 'suggested') handedOut++;
          if (handedOut <= n) tell(told);
        },
      };
    }),
  );
