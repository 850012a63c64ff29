import type { Entry } from '../../../src/facts/entry.ts';
import type { Fact, SuggestedFact } from '../../../src/facts/facts.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { createTestStudy } from '../../../src/testing/testStudy.ts';
import { Attempts } from '../../../streams/attempts/attempts.ts';
import { random } from '../../../streams/index.ts';
import type { StudyOptions } from '../../../streams/spec/options.ts';
import { box } from '../../support/engine.ts';

/** Milliseconds. */
export const LEASE = 100;

/** A study in which trainers claim attempts, and its attempts as the fold knows them. */
export function watched(options: StudyOptions = {}) {
  const study = createTestStudy(box, random(), { trials: 20, parallel: 4, ...options });
  const ledger = new Ledger(box);
  const attempts = new Attempts(LEASE);
  let sent = 0;
  const readAt = (now: number, read: (applied: AppliedEntry<unknown>) => void = () => {}) => {
    for (const entry of study.entries.slice(ledger.position)) {
      const applied = ledger.fold(entry);
      attempts.apply(applied, now);
      read(applied);
    }
    for (const { directive } of study.given.slice(sent)) if (directive.type === 'stop') attempts.stop(directive.trial, directive, now);
    sent = study.given.length;
  };
  readAt(0);
  const say = (fact: Fact, now: number) => {
    study.say(fact);
    readAt(now);
  };
  /** The same of a trainer with a name. @returns what it did, or why it does not count */
  const sayBy = (author: string, fact: Fact, now: number) => {
    const entry: Entry = { position: study.entries.length + 1, at: now, author, fact };
    (study.entries as Entry[]).push(entry);
    study.engine.receive([entry]);
    let code: string | undefined;
    readAt(now, ({ position, effect, refusal }) => {
      if (position === entry.position) code = refusal?.code ?? effect;
    });
    return code;
  };
  const claim = (trial: TrialId, now: number, attempt = 1) => say({ type: 'started', trial, attempt, run: `${trial}.${attempt}` }, now);
  /** Calls `due` until a time, and ends what is lost. @param each called before, with the time @returns the trials whose attempts are lost */
  const tick = (from: number, to: number, each: (now: number) => void = () => {}): TrialId[] => {
    const lost: TrialId[] = [];
    for (let now = from; now <= to; now += attempts.interval) {
      each(now);
      for (const trial of attempts.due(now)) {
        const fact = attempts.lose(trial, ledger.position, now);
        if (!fact) continue;
        lost.push(trial);
        say(fact, now);
      }
    }
    return lost;
  };
  /** The position of the suggestion of an attempt. */
  const at = (trial: TrialId, attempt = 1) =>
    study.entries.find(({ fact }) => {
      const { type, ...more } = fact as SuggestedFact;
      return type === 'suggested' && more.trial === trial && more.attempt === attempt;
    })!.position;
  return { study, ledger, attempts, say, sayBy, claim, tick, at };
}
