import { child, type Env } from '../../src/messages.ts';
import { chain } from '../chain.ts';
import { nest, respond } from '../nested.ts';
import { named, type Strategy } from '../strategy.ts';
import { bo } from './bo.ts';
import { tpe } from './tpe.ts';

/** A Gaussian process over n results costs n^3: beyond this many trials it would think for longer than many of them take. */
const MODELLED = 250;
/** With more parameters than this, distances say little: most of what a Gaussian process knows is its prior. */
const WIDE = 60;

/**
 * Chooses for those who name nothing: Bayesian optimisation as long as a Gaussian process can carry all results, then, and where there are very
 * many parameters or more than two objectives, a Parzen estimator. The path of a suggestion says what was chosen, its tag `why` for which reason.
 *
 * @example
 * optimize(space({ rate: float(1e-5, 1e-1, { log: true }) }), train, { strategy: auto(), trials: 50 });
 */
export const auto = (): Strategy => named('auto', (parent) => choose(parent)(child(parent, 'auto')));

function choose({ axes, objectives }: Env): Strategy {
  if (objectives.length > 2) return because(`${objectives.length} objectives`, tpe());
  if (axes.length > WIDE) return because(`${axes.length} parameters`, tpe());
  return chain(
    first(MODELLED, because(`${axes.length} parameters, at most ${MODELLED} trials so far`, bo())),
    because(`more than ${MODELLED} trials`, tpe()),
  );
}

/** A strategy whose suggestions say why it was asked. */
const because = (why: string, strategy: Strategy): Strategy =>
  named(strategy.spec!, (env) =>
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
  named(strategy.spec!, (env) =>
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
