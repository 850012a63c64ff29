import type { Entry } from '../../../src/facts/entry.ts';
import type { Created, Params } from '../../../src/facts/facts.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { parseSpace } from '../../../src/space/space.ts';
import type { ListedStudy } from '../../../src/study/status.ts';
import type { TrialRow, TrialRows, TrialStatus } from '../../../src/study/trials.ts';
import { type ExpectedStudy, refuseUnexpected } from './view.ts';

interface PageRequest {
  /** Rows of later trials only. Default: 0. */
  readonly after?: number;
  /** Rows with this status only. */
  readonly status?: TrialStatus;
  /** How many rows at most. Default: as many as there is room for. */
  readonly limit?: number;
}

/** Characters of rows or entries in one answer: a NATS server takes a megabyte, and a character may be four bytes. */
export const ROOM = 200_000;

/** @throws MismatchError if a trainer takes a study for another one, SpaceError for what is no space. */
export function refuseOther(created: Created, { parameters, constraints, objectives }: Readonly<Record<string, unknown>>): void {
  const space = parameters === undefined ? undefined : parseSpace(omitUndefined({ parameters, constraints }));
  refuseUnexpected(created, created.study, { space, objectives: objectives as ExpectedStudy<Params>['objectives'] });
}

/** The next rows of trials, as many as one answer has room for, and whether more follow. */
export function trialPage<P>(
  rows: TrialRows<P>,
  { after = 0, status, limit = Number.POSITIVE_INFINITY }: PageRequest,
): { readonly items: readonly TrialRow<P>[]; readonly more: boolean } {
  const found = [...rows].filter((row) => row.trial > after && (status === undefined || row.status === status));
  const { items, add } = pager<TrialRow<P>>();
  for (const row of found.sort((a, b) => a.trial - b.trial)) if (items.length >= limit || !add(row)) break;
  return { items, more: items.length < found.length };
}

/** The first of some entries, as many as one answer has room for. */
export async function entryPage(past: AsyncIterable<readonly Entry[]>): Promise<readonly Entry[]> {
  const page = pager<Entry>();
  for await (const entries of past) for (const entry of entries) if (!page.add(entry)) return page.items;
  return page.items;
}

/** The studies with the next names, as many as one answer has room for, and whether more follow. */
export function listPage(
  studies: readonly ListedStudy[],
  after: string,
): { readonly studies: readonly ListedStudy[]; readonly more: boolean } {
  const next = studies.filter(({ study }) => study > after).sort((a, b) => (a.study < b.study ? -1 : 1));
  const { items, add } = pager<ListedStudy>();
  for (const one of next) if (!add(one)) break;
  return { studies: items, more: items.length < next.length };
}

/** Collects what fits into one answer: at least one item, and at most {@link ROOM} characters. */
function pager<T>() {
  const items: T[] = [];
  let length = 0;
  return {
    items,
    /** @returns whether the item fits. */
    add: (item: T): boolean => {
      length += JSON.stringify(item).length;
      if (length > ROOM && items.length > 0) return false;
      items.push(item);
      return true;
    },
  };
}
