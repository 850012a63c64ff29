import { Observable } from 'rxjs';
import { OptionError } from '../src/errors.ts';
import { child, isTold } from '../src/messages.ts';
import { nest } from './nested.ts';
import { named, type Strategy } from './strategy.ts';

/**
 * A strategy for its first `n` trials; then asks are handed on.
 *
 * @example
 * chain(take(20, sobol()), ga())
 */
export function take(n: number, strategy: Strategy): Strategy {
  if (!Number.isInteger(n) || n < 0) throw new OptionError('take', 'a whole number of trials from 0 on', n);
  return named({ take: [n, strategy.spec ?? strategy.name] }, (parent) => {
    const env = child(parent, 'take');
    return (messages$) =>
      new Observable((out) => {
        const inner = nest(strategy, env, out);
        let suggested = 0;
        out.add(
          messages$.subscribe({
            next: (m) => {
              if (m.type === 'ask') return out.next(suggested < n ? inner.ask(m) : m);
              out.next(m);
              if (!isTold(m)) return;
              if (m.type === 'suggested' && m.by.startsWith(`${env.name}/`)) suggested++;
              inner.tell(m);
            },
            error: (e) => out.error(e),
            complete: () => out.complete(),
          }),
        );
      });
  });
}
