import { map, Observable } from 'rxjs';
import { type Ask, asked, type Message, type Propose } from '../src/messages.ts';
import type { Point } from '../src/space/axis.ts';
import { createSeen } from './duplicates.ts';
import { named, type Strategy } from './strategy.ts';

/** A proposal that was turned down is a question again, for whoever is downstream. */
const askAnew = (proposal: Propose): Ask => asked(proposal, (proposal.veto ?? 0) + 1);

/**
 * Turns down what was suggested before (the same point at the same budget) and asks those downstream instead.
 *
 * @example
 * chain(ga(), dedupe(), random())
 */
export const dedupe = (): Strategy =>
  named(
    'dedupe',
    () => (messages$) =>
      new Observable<Message>((out) => {
        const seen = createSeen();
        return messages$
          .pipe(
            map((m) => {
              if (m.type === 'suggested') seen.add(m);
              return m.type === 'propose' && seen.has(m) ? askAnew(m) : m;
            }),
          )
          .subscribe(out);
      }),
  );

/** Turns down points that a predicate names, and asks those downstream instead. A promotion of a trial that was run is never turned down. */
export const reject = (predicate: (point: Point) => boolean): Strategy =>
  named('reject', () => map((m) => (m.type === 'propose' && m.resumes === undefined && predicate(m.point) ? askAnew(m) : m)));
