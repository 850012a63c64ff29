import type { MonoTypeOperatorFunction } from 'rxjs';
import { answeringChart } from '../../machines/strategies.ts';
import { fingerprint } from '../../src/numeric/fingerprint.ts';
import { GrowingSet } from '../../src/numeric/growingSet.ts';
import type { StartSequence } from '../../src/samplers/gradient/movableAxes.ts';
import { askOrder, type SequentialHalving, startHalving, updateHalving } from '../../src/samplers/gradient/sequentialHalving.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Core } from '../../src/strategy/core.ts';
import { child, type Env } from '../../src/strategy/env.ts';
import type { Message, Propose, Wait } from '../../src/strategy/messages.ts';
import { runCore } from '../kernel/drive.ts';
import { around, runInner } from '../kernel/inner.ts';
import { operatorOf } from '../kernel/operator.ts';

/** The first round of sequential halving ends after this many results of each descent. */
const FIRST_ROUND = 10;

interface MultiStartState {
  /** Fingerprints of the points that were suggested. */
  readonly tried: GrowingSet<number>;
  readonly halving: SequentialHalving;
}

/**
 * Runs several descents at the same time, each from its own start. Sequential halving stops the worse half after each round; a stopped descent is
 * asked only if all others wait, so that no trainer is idle. If a point was suggested before, it is repeated with a tag that says so.
 */
export function multiStart(
  env: Env,
  count: number,
  descent: (env: Env, sequence: StartSequence) => MonoTypeOperatorFunction<Message>,
): MonoTypeOperatorFunction<Message> {
  const paths = Array.from({ length: count }, (_, i) => (count === 1 ? env.name : child(env, String(i + 1)).name));
  return operatorOf(env, (out) => {
    const core: Core<MultiStartState, 'answering', never> = {
      start: { tried: GrowingSet.empty(), halving: startHalving(count) },
      tell(state, fact) {
        if (fact.type === 'reported') return state;
        const index = paths.indexOf(fact.by);
        return {
          tried: fact.type === 'suggested' ? state.tried.add(fingerprint(fact.point)) : state.tried,
          halving: index < 0 ? state.halving : updateHalving(state.halving, index, fact, FIRST_ROUND),
        };
      },
      verdict: () => undefined,
      answers: {
        answering({ halving, tried }, ask) {
          let waiting: Wait | undefined;
          for (const i of askOrder(halving)) {
            const reply = inner[i]!.ask(ask);
            if (reply.type === 'propose') return tried.has(fingerprint(reply.point)) ? repeated(reply) : reply;
            if (reply.type === 'wait') waiting ??= reply;
          }
          return waiting ?? ask;
        },
      },
    };
    const stage = runCore(answeringChart, core, count === 1 ? unseen(env) : env, out);
    const within = count === 1 ? env : stage.inside;
    const inner = paths.map((name, index) => runInner((e) => descent(e, { family: env.name, index, count }), { ...within, name }, out));
    return around(inner, stage);
  });
}

/** An environment without inspection: the path of a single descent shows that descent. */
const unseen = (env: Env): Env => omitUndefined({ ...env, watch: undefined, actor: undefined });

const repeated = (reply: Propose): Propose => ({ ...reply, tags: { ...reply.tags, replicate: String(reply.id) } });
