import seedrandom from 'seedrandom';

/** How a player judges a position: each row of four places that only one player has taken counts for that player. */
export interface Player {
  /** What one, two and three own stones in such a row are worth. */
  readonly own: readonly [one: number, two: number, three: number];
  /** The same for stones of the opponent, whom it fears more or less than it trusts itself. */
  readonly fear: number;
  /** How much it prefers the columns in the middle. */
  readonly middle: number;
}

const [columns, rows] = [7, 6];
/** A place for each column and row: 1 and -1 are the stones of the players, 0 is free. */
type Board = Int8Array;

/** All rows of four places, in all directions. */
const fours = Array.from({ length: columns * rows }, (_, place) => [place % columns, Math.floor(place / columns)] as const).flatMap(
  ([x, y]) =>
    [
      [1, 0],
      [0, 1],
      [1, 1],
      [1, -1],
    ].flatMap(([dx, dy]) => {
      const [lastX, lastY] = [x + 3 * dx!, y + 3 * dy!];
      if (lastX >= columns || lastY < 0 || lastY >= rows) return [];
      return [[0, 1, 2, 3].map((i) => x + i * dx! + columns * (y + i * dy!))];
    }),
);

const isWon = (board: Board, side: number) => fours.some((four) => four.every((place) => board[place] === side));
const movesOf = (board: Board) => [3, 2, 4, 1, 5, 0, 6].filter((column) => board[column + columns * (rows - 1)] === 0);

function drop(board: Board, column: number, side: number): Board {
  const next = board.slice();
  let place = column;
  while (next[place] !== 0) place += columns;
  next[place] = side;
  return next;
}

function worthOf(board: Board, side: number, { own, fear, middle }: Player): number {
  let worth = 0;
  for (const four of fours) {
    let [mine, theirs] = [0, 0];
    for (const place of four) {
      if (board[place] === side) mine++;
      else if (board[place] === -side) theirs++;
    }
    if (theirs === 0 && mine > 0) worth += own[mine - 1]!;
    if (mine === 0 && theirs > 0) worth -= fear * own[theirs - 1]!;
  }
  for (let place = 3; place < columns * rows; place += columns) worth += middle * side * board[place]!;
  return worth;
}

/** The worth of a position for the side that moves next, `plies` moves ahead. */
function lookAhead(board: Board, side: number, player: Player, plies: number): number {
  if (isWon(board, -side)) return -1e6 - plies; // better late than soon
  if (plies === 0) return worthOf(board, side, player);
  const moves = movesOf(board);
  return moves.length === 0 ? 0 : Math.max(...moves.map((move) => -lookAhead(drop(board, move, side), -side, player, plies - 1)));
}

/** A game after some moves. @returns 1 if the first player wins, 0 if the second one does, 0.5 for a draw */
export function play(first: Player, second: Player, opening: readonly number[]): number {
  let board: Board = new Int8Array(columns * rows);
  for (const [turn, move] of opening.entries()) board = drop(board, move, turn % 2 === 0 ? 1 : -1);
  for (let turn = opening.length; turn < columns * rows; turn++) {
    const side = turn % 2 === 0 ? 1 : -1;
    const after = movesOf(board).map((move) => drop(board, move, side));
    const worths = after.map((next) => -lookAhead(next, -side, side === 1 ? first : second, 1));
    board = after[worths.indexOf(Math.max(...worths))]!;
    if (isWon(board, side)) return side === 1 ? 1 : 0;
  }
  return 0.5;
}

/** Random first moves, so that players who draw no lots play different games. */
export function opening(name: string): readonly number[] {
  const random = seedrandom.alea(name);
  return Array.from({ length: 4 }, () => Math.floor(columns * random()));
}
