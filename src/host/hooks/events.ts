import { eventSource, eventType, SPEC_VERSION } from '../../../streams/nats/protocol/cloudEvent.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { bestResult } from '../../monitoring/studyState.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { FoldedStudy } from '../host.ts';

/**
 * best: a trial is the best so far. ended: a trial has ended. closed: the study has closed. paused: it was paused, for example because all trials fail
 * alike.
 */
export const eventNames = ['best', 'ended', 'closed', 'paused'] as const;
export type EventName = (typeof eventNames)[number];

interface HookData {
  readonly study: string;
  /** Name and direction of the first objective. */
  readonly objective: { readonly name: string; readonly direction: string };
  readonly trial?: TrialRow<unknown>;
  /** The value of the best trial for the first objective. */
  readonly best?: number;
  /** Why the study closed. */
  readonly reason?: string;
}

/** An event as hooks get it, a CloudEvent. */
export type HookEvent = ReturnType<typeof cloudEvent>;

/** @param id the same for the same event, whichever process sends it */
const cloudEvent = (id: string, name: EventName, at: number, data: HookData) => ({
  specversion: SPEC_VERSION,
  id,
  source: eventSource(data.study),
  type: eventType(`hook.${name}`),
  time: new Date(at).toISOString(),
  datacontenttype: 'application/json',
  data,
});

/** Finds the events in a study. @returns takes each entry after it was folded */
export function eventsIn(study: string): (entry: AppliedEntry, folded: FoldedStudy) => readonly (readonly [EventName, HookEvent])[] {
  let best: number | undefined;
  return ({ position, at, fact, effect, refusal }, folded) => {
    if (refusal) return [];
    const found: [EventName, HookEvent][] = [];
    const { ledger, rows } = folded;
    const add = (name: EventName, more: Partial<HookData>) => {
      const data = { study, objective: ledger.settings.objectives[0]!, ...more };
      found.push([name, cloudEvent(`${study}/${position}/${at}/${name}`, name, at, data)]);
    };
    if (effect === 'ended' && 'trial' in fact) {
      const first = bestResult(folded);
      const trial = rows.get(fact.trial)!;
      if (first !== undefined && first.trial !== best) {
        best = first.trial;
        if (first.trial === fact.trial) add('best', { trial, best: first.value });
      }
      add('ended', omitUndefined({ trial, best: first?.value }));
    }
    if (effect === 'closed') add('closed', omitUndefined({ reason: ledger.closed, best: bestResult(folded)?.value }));
    if (fact.type === 'changed' && fact.paused) add('paused', {});
    return found;
  };
}
