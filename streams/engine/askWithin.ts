import { LONGEST_TAG } from '../../src/facts/facts.ts';
import type { Domain, Point } from '../../src/space/axis.ts';
import { type Fixed, keepsBranches, restrictedTo } from '../../src/space/fixed.ts';
import type { Answer, Ask, Propose, TrialId } from '../../src/strategy/messages.ts';
import { askUntil } from '../kernel/asking.ts';

/** How often strategies are asked for a configuration with the fixed values, and how many random ones are tried after that. */
const TRIES = 16;

interface Answerer {
  readonly put: (ask: Ask) => Answer;
  /** Whether a point may be tried. */
  readonly isNew: (proposal: Propose) => boolean;
  /** Draws a point with the fixed values. */
  readonly draw: (ask: Ask, by: string) => Point;
  /** A feasible point with the fixed values, which may have been tried before. */
  readonly otherwise: Point;
}

/**
 * Asks strategies for a new configuration with fixed values. A strategy that ignores them is asked again until it proposes one in their branch of a
 * conditional space, so that it has chosen all parameters that exist there; then the fixed values replace its own.
 *
 * If it proposes none, one is drawn and recorded under its path. A promotion or an external proposal is not used: its values cannot be changed.
 */
export function askWithin(domain: Domain, fixed: Fixed, id: TrialId, { put, isNew, draw, otherwise }: Answerer): Answer {
  const ask: Ask = { type: 'ask', id, fixed };
  const names = domain.axes.flatMap(({ name }, i) => (fixed[i] === undefined ? [] : [name]));
  const { snap } = restrictedTo(domain, fixed);
  const within: Propose[] = []; // the proposals with the fixed values set
  const accepts = (reply: Propose): boolean => {
    if (reply.resumes !== undefined || reply.proposal !== undefined) return false;
    const proposal = { ...reply, point: snap(reply.point), tags: { ...reply.tags, fixed: names.join(', ').slice(0, LONGEST_TAG) } };
    within.push(proposal);
    return keepsBranches(domain.axes, reply.point, fixed) && isNew(proposal);
  };
  const reply = askUntil(ask, { tries: TRIES, put, accepts, otherwise: () => ask });
  const last = within.at(-1);
  if (!last) return reply;
  if (reply.type === 'propose') return last;
  const drawn = { ...last, tags: { ...last.tags, drawn: 'its strategy proposed no configuration with the fixed values' } };
  for (let tries = 0; tries < TRIES; tries++) {
    const proposal = { ...drawn, point: draw({ ...ask, retry: TRIES + tries }, last.by) };
    if (isNew(proposal)) return proposal;
  }
  return { ...drawn, point: otherwise };
}
