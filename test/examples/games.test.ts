import { expect, it } from 'vitest';
import { opening, type Player, play } from '../../examples/games/connectFour.ts';

const sensible: Player = { own: [1, 4, 20], fear: 1, middle: 3 };
/** It prefers positions in which the opponent is about to win. */
const suicidal: Player = { own: [-1, -4, -20], fear: 1, middle: -3 };

const pointsOf = (player: Player, opponent: Player) =>
  [0, 1, 2, 3].reduce((sum, i) => sum + play(player, opponent, opening(`${i}`)) + 1 - play(opponent, player, opening(`${i}`)), 0) / 8;

it('who can win does, and who must prevent it does', () => {
  expect(play(sensible, suicidal, [0, 6, 0, 6, 0, 5])).toBe(1); // a fourth stone in column 0
  expect(play(suicidal, sensible, [0, 6, 0, 6, 0, 6])).toBe(1); // the player that can win at once has no worse move
  expect(play(suicidal, sensible, [1, 6, 2, 6, 0, 6, 5])).toBe(0); // the second player completes column 6
});

it('players differ, and a player has half of the points against itself', () => {
  expect(pointsOf(sensible, suicidal)).toBeGreaterThan(0.8);
  expect(pointsOf(sensible, sensible)).toBe(0.5);
});

it('openings are different, and no column is full after them', () => {
  const openings = Array.from({ length: 60 }, (_, i) => opening(`opening ${i}`));
  expect(new Set(openings.map(String)).size).toBeGreaterThan(50);
  expect(openings.flat().every((column) => column >= 0 && column < 7)).toBe(true);
});
