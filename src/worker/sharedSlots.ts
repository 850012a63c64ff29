import type { Gate } from '../../streams/study/training/gate.ts';
import { type Amounts, amountOf, fitting } from './amounts.ts';

/** The slots of a worker, which several studies share. */
export interface SharedSlots {
  /**
   * A gate for a study.
   *
   * @param weight share of the time of the slots, relative to the others; multiplied by the priority of the study @param needs resources of the
   * worker for each trial
   */
  join(weight: number, needs?: Amounts): Gate;
  /** The slot of a run that has entered. */
  slotOf(run: string): number;
  /**
   * The same slots for the studies of a group, such as those of a team. Groups share the time by their weights, however many studies they have, and the
   * studies of a group share that of the group.
   */
  group(weight: number): SharedSlots;
}

interface Group {
  readonly weight: number;
  /** Milliseconds of slots that ended runs of its studies have used, divided by its weight. */
  used: number;
  /** The usage that its studies start from: at least that of the others. */
  reached: number;
}

/** A study that shares the slots. */
interface Sharer {
  readonly group: Group;
  weight: number;
  readonly needs: Amounts;
  /** Milliseconds of slots that its ended runs have used, divided by its weight. */
  used: number;
  readonly running: Map<string, { readonly slot: number; readonly since: number }>;
  /** Callbacks that wait until the study may ask for a trial, and the number of unanswered asks. */
  readonly waiting: (() => void)[];
  asking: number;
}

/**
 * Milliseconds by which the study that has used least may ask before the others. If that study has no trial, this costs no time, because its ask is
 * pending.
 */
const HEAD_START = 200;

/**
 * Shares slots between studies in proportion to their weights, by time. A study without trials leaves its share to the others, and does not get it
 * back later.
 *
 * @param count number of slots.
 * @param has resources that the slots share, such as GPUs.
 * @param now a clock in milliseconds that never goes back.
 */
export function sharedSlots(count: number, has: Amounts = {}, now: () => number = () => performance.now()): SharedSlots {
  const free = new Set(Array.from({ length: count }, (_, slot) => slot));
  const studies = new Set<Sharer>();
  const slots = new Map<string, number>();
  /** The usage that a group starts from: at least that of the others. */
  let reached = 0;
  let later: ReturnType<typeof setTimeout> | undefined;
  const shareOf = ({ weight, used, running }: Sharer): number => {
    let share = used;
    for (const { since } of running.values()) share += (now() - since) / weight;
    return share;
  };
  const membersOf = (group: Group) => [...studies].filter((study) => study.group === group);
  const shareOfGroup = (group: Group): number => {
    let share = group.used;
    for (const { running } of membersOf(group)) for (const { since } of running.values()) share += (now() - since) / group.weight;
    return share;
  };
  /** The resources that no trial uses. They are summed each time, because a running sum would drift. */
  const left = (): Amounts =>
    Object.fromEntries(
      Object.entries(has).map(([name, amount]) => {
        let taken = 0;
        for (const { needs, running } of studies) taken += amountOf(needs, name) * running.size;
        return [name, amount - taken];
      }),
    );
  /** The number of trials of a study that may begin now. */
  const roomFor = ({ needs }: Sharer): number => Math.min(free.size, fitting(left(), needs));
  const ask = (study: Sharer) => {
    while (study.waiting.length > 0 && study.asking < roomFor(study)) {
      study.asking++;
      study.waiting.shift()!();
    }
  };
  /** Lets the study that has used least ask first, and the others if a slot is left. */
  const call = () => {
    clearTimeout(later);
    if (free.size === 0) return;
    const [first, ...others] = [...studies]
      .filter((study) => study.waiting.length > 0 && roomFor(study) > 0)
      .sort((a, b) => shareOfGroup(a.group) - shareOfGroup(b.group) || shareOf(a) - shareOf(b));
    if (first) ask(first);
    if (others.length > 0) later = setTimeout(() => others.forEach(ask), HEAD_START);
  };
  const enter = (study: Sharer, run: string): boolean => {
    const [slot] = free;
    if (slot === undefined || roomFor(study) < 1) return false;
    const { group } = study;
    if (membersOf(group).every(({ running }) => running.size === 0)) group.used = Math.max(group.used, reached);
    reached = Math.max(reached, shareOfGroup(group));
    if (study.running.size === 0) study.used = Math.max(study.used, group.reached); // time that it did not use before is not made up for
    group.reached = Math.max(group.reached, shareOf(study));
    free.delete(slot);
    slots.set(run, slot);
    study.running.set(run, { slot, since: now() });
    return true;
  };
  const leave = (study: Sharer, run: string) => {
    const one = study.running.get(run);
    if (!one) return;
    study.used += (now() - one.since) / study.weight;
    study.group.used += (now() - one.since) / study.group.weight;
    study.running.delete(run);
    slots.delete(run);
    free.add(one.slot);
    queueMicrotask(call); // the study may ask again too
  };
  const inGroup = (group: Group): SharedSlots => ({
    group: (weight) => inGroup({ weight, used: 0, reached: 0 }),
    join: (weight, needs = {}) => {
      const study: Sharer = { group, weight, needs, used: 0, running: new Map(), waiting: [], asking: 0 };
      studies.add(study);
      return {
        whenOpen: (callback) => {
          study.waiting.push(callback);
          call();
        },
        answered: () => {
          study.asking--;
        },
        enter: (run, priority = 1) => {
          study.weight = weight * priority;
          return enter(study, run);
        },
        leave: (run) => leave(study, run),
      };
    },
    slotOf: (run) => slots.get(run)!,
  });
  return inGroup({ weight: 1, used: 0, reached: 0 });
}
