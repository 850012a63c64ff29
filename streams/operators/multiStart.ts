import type { MonoTypeOperatorFunction } from 'rxjs';
import { answeringChart } from '../../machines/strategies.ts';
import { fingerprint } from '../../src/numeric/fingerprint.ts';
import { GrowingSet } from '../../src/numeric/growingSet.ts';
import type { StartSequence } from '../../src/samplers/gradient/movableAxes.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { Core } from '../../src/strategy/core.ts';
import { child, type Env } from '../../src/strategy/env.ts';
import type { Message, Propose, Wait } from '../../src/strategy/messages.ts';
import { runCore } from '../kernel/drive.ts';
import { around, runInner } from '../kernel/inner.ts';
import { operatorOf } from '../kernel/operator.ts';

/** The most descents that run at the same time. */
const MOST_DESCENTS = 8;

/**
 * Runs a descent for each slot of the study, each from its own start. A later descent is asked only while all earlier ones wait, so that no trainer is
 * idle. If a point was suggested before, it is repeated with a tag that says so.
 */
export function multiStart(
  env: Env,
  descent: (env: Env, sequence: StartSequence) => MonoTypeOperatorFunction<Message>,
): MonoTypeOperatorFunction<Message> {
  const count = Math.min(MOST_DESCENTS, env.parallel);
  const paths = Array.from({ length: count }, (_, i) => (count === 1 ? env.name : child(env, String(i + 1)).name));
  return operatorOf(env, (out) => {
    // Its state is the fingerprints of the points that were suggested.
    const core: Core<GrowingSet<number>, 'answering', never> = {
      start: GrowingSet.empty(),
      tell: (tried, fact) => (fact.type === 'suggested' ? tried.add(fingerprint(fact.point)) : tried),
      verdict: () => undefined,
      answers: {
        answering(tried, ask) {
          let waiting: Wait | undefined;
          for (const { ask: askInner } of inner) {
            const reply = askInner(ask);
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
