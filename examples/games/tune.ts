/**
 * Tune a player of Connect Four against an opponent. An example is a pair of games from the same opening, with sides swapped: the first move is worth
 * so much that single games would mostly tell who had it.
 */
import { each, float, type Infer, optimize, space } from 'hypertide';
import { opening, type Player, play } from './connectFour.ts';

const judgement = space({
  two: float(1, 100, { log: true }),
  three: float(1, 1000, { log: true }),
  fear: float(0.1, 10, { log: true }),
  middle: float(0, 10),
});
const playerOf = ({ two, three, fear, middle }: Infer<typeof judgement>): Player => ({ own: [1, two, three], fear, middle });
const opponent: Player = { own: [1, 10, 100], fear: 1, middle: 0 };

/** Of two games: 1 if it wins both, 0.5 if it wins as many as it loses. */
const pointsOf = (player: Player, name: string) => (play(player, opponent, opening(name)) + 1 - play(opponent, player, opening(name))) / 2;

let pairs = 0;
const names = Array.from({ length: 60 }, (_, i) => `opening ${i}`);
const points = each(names, (params: Infer<typeof judgement>, name) => {
  pairs++;
  return pointsOf(playerOf(params), name);
});
const { best } = await optimize(judgement, points, { objectives: { points: 'maximize' }, trials: 50, seed: 1 }).result();
console.log(`${pairs} pairs of games; 50 trials on all openings would need ${50 * names.length}`);
console.log(best?.params, `has played ${best?.examples} pairs:`, best?.values);

const others = Array.from({ length: 60 }, (_, i) => pointsOf(playerOf(best!.params), `another opening ${i}`));
console.log(`points from other openings: ${(others.reduce((a, b) => a + b, 0) / others.length).toFixed(3)}; the opponent would get 0.5`);
