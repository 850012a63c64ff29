import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { Tags } from '../../src/messages.ts';
import type { Directive } from '../../streams/directive.ts';
import { evaluate } from '../../streams/evaluate.ts';

it('an objective sees the tags of its trial', () => {
  const directives$ = new Subject<Directive<{ x: number }>>();
  const seen: (Tags | undefined)[] = [];
  const objective = (_: unknown, { tags }: { readonly tags?: Tags }) => {
    seen.push(tags);
    return 1;
  };
  directives$.pipe(evaluate(objective)).subscribe();
  const suggested = { type: 'suggested', attempt: 1, by: 'lbfgs', params: { x: 1 }, after: 1 } as const;
  directives$.next({ ...suggested, trial: 1, tags: { tolerance: '0.01' } });
  directives$.next({ ...suggested, trial: 2 });
  expect(seen).toEqual([{ tolerance: '0.01' }, undefined]);
});
