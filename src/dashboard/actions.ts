import { dryRunChange } from '../../streams/engine/dryRun.ts';
import type { Changed, Closed, Command, Params } from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { closedFact } from '../ledger/ranking.ts';
import { rngFor } from '../numeric/random.ts';
import type { Space } from '../space/space.ts';
import type { Feed } from './feed.ts';
import { ActionError } from './source.ts';
import type { Action, Answer } from './wire.ts';

type Said = Command | Closed;

/** Milliseconds after which a fact that has not come back from the log is given up. */
const PATIENCE = 5000;

/** Does to a study what a person wants: puts a fact into its log, and waits for what becomes of it. */
export async function act(feed: Feed, action: Action): Promise<Answer> {
  try {
    const { begun } = feed;
    if (begun === undefined) throw new ActionError('this study has not begun');
    const fact = factOf(action, begun.ledger, begun.space);
    const waiting = new AbortController();
    const came = comeBack(feed, fact, waiting.signal);
    try {
      await feed.source.say(fact);
      const { position, refusal } = await came;
      return refusal === undefined ? { ok: true, position, fact } : { ok: false, error: refusal };
    } finally {
      waiting.abort();
    }
  } catch (error) {
    return { ok: false, error: (error as Error).message };
  }
}

/** The fact that an action is. @throws ActionError where the study would refuse it. */
function factOf(action: Action, ledger: Ledger<Params>, space: Space<Params>): Said {
  const fact = said(action, ledger, space);
  const parsed = parseFact(fact);
  if (isRefusal(parsed)) throw new ActionError(parsed.message);
  return parsed as Said;
}

function said(action: Action, ledger: Ledger<Params>, space: Space<Params>): Said {
  switch (action.type) {
    case 'enqueue':
      space.complete(action.params, rngFor(ledger.settings.seed, 'queue', ledger.position + 1));
      return { type: 'enqueued', params: action.params };
    case 'retract': {
      if (ledger.open.has(action.trial)) throw new ActionError(`trial ${action.trial} is still open; stop it, or wait for its end`);
      const status = ledger.status(action.trial);
      if (status === undefined || status === 'void') throw new ActionError(`there is no trial ${action.trial} to retract`);
      return { type: 'retracted', trial: action.trial };
    }
    case 'cancel':
      if (!ledger.open.has(action.trial)) throw new ActionError(`trial ${action.trial} is not open`);
      return { type: 'cancelled', trial: action.trial };
    case 'change':
      return changeOf(action.strategy === undefined ? action : { ...action, strategy: dryRunChange(ledger, action.strategy) });
    case 'close':
      if (ledger.closed !== undefined) throw new ActionError('this study is closed already');
      return closedFact('person', ledger.best);
    default:
      throw new ActionError(`${JSON.stringify((action as { type?: unknown }).type)?.slice(0, 60)} is nothing that can be done to a study`);
  }
}

function changeOf({ paused, parallel, trials, strategy }: Action & { type: 'change' }): Changed {
  const changed: Changed = {
    type: 'changed',
    ...(paused !== undefined && { paused }),
    ...(parallel !== undefined && { parallel }),
    ...(trials !== undefined && { limits: { trials } }),
    ...(strategy !== undefined && { strategy }),
  };
  if (Object.keys(changed).length === 1) throw new ActionError('nothing to change');
  return changed;
}

interface Fate {
  readonly position: number;
  readonly refusal?: string;
}

/** What becomes of a fact in the log. */
function comeBack(feed: Feed, fact: Said, signal: AbortSignal): Promise<Fate> {
  const wanted = JSON.stringify(fact);
  const came = new Promise<Fate>((resolve, reject) => {
    const late = setTimeout(() => reject(new ActionError('it was written, but has not come back from the log yet')), PATIENCE);
    const ignore = feed.listen(({ position, fact: logged, refusal }) => {
      if (isSame(logged, fact, wanted)) resolve(refusal ? { position, refusal: refusal.message } : { position });
    });
    signal.addEventListener('abort', () => {
      clearTimeout(late);
      ignore();
    });
  });
  came.catch(() => {});
  return came;
}

/** The log may put fields of its own beside those of a fact. */
function isSame(logged: unknown, fact: Said, wanted: string): boolean {
  if (typeof logged !== 'object' || logged === null) return false;
  const fields = Object.keys(fact).map((name) => [name, (logged as Record<string, unknown>)[name]]);
  return JSON.stringify(Object.fromEntries(fields)) === wanted;
}
