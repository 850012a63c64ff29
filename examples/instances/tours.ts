import seedrandom from 'seedrandom';

type City = readonly [x: number, y: number];
export interface Instance {
  readonly cities: readonly City[];
  /** The length of the tour that always goes to the nearest city: results are relative to it, because cities differ in number. */
  readonly greedy: number;
}
export interface Annealing {
  /** The temperature at the start, relative to the mean distance of neighbours in the greedy tour. */
  readonly heat: number;
  /** The temperature at the end, relative to that at the start. */
  readonly cooling: number;
  /** The share of moves that reverse a part of the tour. The others take out a city and put it elsewhere. */
  readonly reversals: number;
  /** How far apart the two places of a move may be, as a share of the tour. */
  readonly reach: number;
  readonly start: 'greedy' | 'given';
}

const distance = ([a, b]: City, [c, d]: City) => Math.hypot(a - c, b - d);
const lengthOf = (tour: readonly City[]) => tour.reduce((sum, city, i) => sum + distance(city, tour[(i + 1) % tour.length]!), 0);

function greedyTour(cities: readonly City[]): City[] {
  const tour = [cities[0]!];
  const left = new Set(cities.slice(1));
  while (left.size > 0) {
    const here = tour.at(-1)!;
    const next = [...left].reduce((a, b) => (distance(here, a) <= distance(here, b) ? a : b));
    left.delete(next);
    tour.push(next);
  }
  return tour;
}

/** Between 15 and 40 random cities. */
export function instance(seed: string): Instance {
  const random = seedrandom.alea(seed);
  const cities = Array.from({ length: 15 + Math.floor(26 * random()) }, (): City => [random(), random()]);
  return { cities, greedy: lengthOf(greedyTour(cities)) };
}

/** Simulated annealing of a tour, for 2000 moves. @returns its length, relative to the greedy tour: less is better */
export function solve({ heat, cooling, reversals, reach, start }: Annealing, { cities, greedy }: Instance, seed: string): number {
  const random = seedrandom.alea(seed);
  const moves = 2000;
  const scale = greedy / cities.length;
  let tour = start === 'greedy' ? greedyTour(cities) : [...cities];
  let [length, best] = [lengthOf(tour), lengthOf(tour)];
  for (let move = 0; move < moves; move++) {
    const temperature = scale * heat * cooling ** (move / moves);
    const from = Math.floor(tour.length * random());
    const to = Math.min(tour.length - 1, from + 1 + Math.floor(reach * tour.length * random()));
    const next = random() < reversals ? reversed(tour, from, to) : shifted(tour, from, to);
    const longer = lengthOf(next) - length;
    if (longer > 0 && random() >= Math.exp(-longer / temperature)) continue;
    tour = next;
    length += longer;
    best = Math.min(best, length);
  }
  return best / greedy;
}

const reversed = (tour: City[], from: number, to: number): City[] => [
  ...tour.slice(0, from),
  ...tour.slice(from, to + 1).reverse(),
  ...tour.slice(to + 1),
];
const shifted = (tour: City[], from: number, to: number): City[] => tour.toSpliced(from, 1).toSpliced(to, 0, tour[from]!);
