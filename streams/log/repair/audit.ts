import type { Buffer } from 'node:buffer';
import { parseLine, wholeLinesIn } from '../lines.ts';
import { checksumOf, NONE, type Seal, sealLines, sealOf, unsealed } from '../seal.ts';

/** A damaged line of a journal. */
export interface DamagedLine {
  /** The number of the line in the file. */
  readonly line: number;
  /** What the damage is. */
  readonly what: string;
}

/** What the checksums of a journal prove about it. */
export interface Audit {
  /** In the order of the file; empty if the journal is as it was written. */
  readonly damage: readonly DamagedLine[];
  /** The JSON objects of all entries by position, without checksums; made when it is read. A position without one is lost. */
  readonly objects: ReadonlyMap<number, string>;
  /** The last position. */
  readonly end: number;
  /** Whether it ends with a part of a line. */
  readonly isTorn: boolean;
  /** Whether checksums prove that the first two entries are the same, even if one of them is lost. */
  readonly beginsTwice: boolean;
}

/** A line, or a part of one. */
interface Piece {
  /** The number of its line in the file. */
  readonly line: number;
  /** The position at which it reads: another one if lines before it hold several entries. */
  readonly entry: number;
  /** As it was written; undefined if that is lost. */
  readonly bytes?: Buffer | undefined;
  /** Undefined if it was written without a checksum, or is lost. */
  readonly seal?: Seal | undefined;
}
type Note = (line: number, what: string) => void;

/**
 * Compares the lines of a journal with their checksums, and puts each whole line at the position that its checksum proves, also where a line feed is lost
 * or the order is another one. A torn last line is left out, because a killed process may leave one. Of lines without checksums, only those that are
 * not JSON objects are found.
 */
export function auditJournal(file: Buffer): Audit {
  const damage: DamagedLine[] = [];
  const note: Note = (line, what) => void damage.push({ line, what });
  const { pieces, isTorn } = piecesIn(file, note);
  compareNeighbours(pieces, note);
  const { left, end } = place(pieces, note);
  return {
    damage: damage.sort((a, b) => a.line - b.line),
    get objects() {
      return new Map([...left].flatMap(([position, piece]) => (piece.bytes ? [[position, objectOf(piece)] as const] : [])));
    },
    end,
    isTorn,
    get beginsTwice() {
      return beginsTwice(left);
    },
  };
}

/** The entries of each line and of what follows the last line feed, and whether that is only a part of one. */
function piecesIn(file: Buffer, note: Note): { readonly pieces: readonly Piece[]; readonly isTorn: boolean } {
  const pieces: Piece[] = [];
  let [line, entry] = [0, 1];
  let areSealed = false;
  const take = (raw: Buffer, isWhole: boolean): boolean => {
    line++;
    const parts = wholeLinesIn(raw).map((bytes, i): Piece => ({ line, entry: entry + i, bytes, seal: sealOf(bytes) }));
    const [first] = parts;
    const [it, what] = [parts.length > 1 ? `each of its ${parts.length} entries` : 'it', first ? 'can be restored' : 'is lost'];
    if (!isWhole && first) note(line, `lacks its line feed; ${it} ${what}`);
    else if (isWhole && first?.bytes?.length !== raw.length)
      note(line, `${parseLine(raw) ? 'does not match its checksum' : 'is not a JSON object'}; ${it} ${what}`);
    else if (areSealed && first && !first.seal) note(line, 'has no checksum, unlike the lines before it');
    areSealed ||= first?.seal !== undefined;
    pieces.push(...(isWhole && !first ? [{ line, entry }] : parts));
    entry += Math.max(1, parts.length);
    return first !== undefined;
  };
  let start = 0;
  for (let end = file.indexOf(10); end !== -1; end = file.indexOf(10, start)) {
    take(file.subarray(start, end), true);
    start = end + 1;
  }
  return { pieces, isTorn: start < file.length && !take(file.subarray(start), false) };
}

/** Records where a line has another checksum for the line before it than that line has. */
function compareNeighbours(pieces: readonly Piece[], note: Note): void {
  for (const [i, { line, seal }] of pieces.entries()) {
    const before = pieces[i - 1];
    if (!seal || !before?.bytes || seal.position !== (before.seal?.position ?? before.entry) + 1) continue;
    if (seal.previous !== checksumOf(before.bytes)) note(line, 'was written after another line than the one before it');
  }
}

/**
 * Puts each piece at the position at which it was written. If the study continued after lines had moved, they stay where they are, because later
 * decisions are based on that.
 */
function place(pieces: readonly Piece[], note: Note): { readonly left: ReadonlyMap<number, Piece>; readonly end: number } {
  const kept = lastMoved(pieces);
  let end = 0;
  let shift = 0;
  const placed = pieces.map((piece) => {
    const { line, entry, seal } = piece;
    const written = seal?.position ?? entry + shift;
    const position = entry <= kept ? entry : (seal?.position ?? end + 1);
    if (entry <= kept && written !== entry + shift) note(line, `is entry ${written}; the study continued with it as entry ${entry}`);
    else if (entry > kept && position < end) note(line, `is entry ${position}, which belongs before entry ${end}`);
    shift = written - entry;
    end = Math.max(end, position);
    return { ...piece, position };
  });
  const left = new Map<number, Piece>();
  for (const piece of [...placed.filter((one) => one.seal), ...placed.filter((one) => !one.seal)]) {
    const { line, bytes, position } = piece;
    const twin = left.get(position);
    if (twin === undefined || (!twin.bytes && bytes)) left.set(position, piece);
    else if (bytes && objectOf(twin) === objectOf(piece)) note(line, `is a copy of line ${twin.line}; it is left out`);
    else if (bytes) {
      left.set(++end, piece);
      note(line, `is another entry ${position} than line ${twin.line}; it is kept as entry ${end}`);
    }
  }
  for (let position = 1; position <= end; position++) {
    if (left.has(position)) continue;
    const first = position;
    while (!left.has(position)) position++;
    note(
      left.get(position)!.line,
      `${first === position - 1 ? `entry ${first} is` : `entries ${first} to ${position - 1} are`} missing before it`,
    );
  }
  return { left, end };
}

function beginsTwice(left: ReadonlyMap<number, Piece>): boolean {
  const [first, second, third] = [1, 2, 3].map((position) => left.get(position));
  const known = first?.seal ? first : second;
  if (!known?.seal) return false;
  const object = objectOf(known);
  const { last } = sealLines([object, object], 0, NONE);
  return second?.seal?.own === last || third?.seal?.previous === last;
}

/** The JSON object of a piece, without its checksum. */
const objectOf = ({ bytes, seal }: Piece): string => (seal ? unsealed(bytes!) : bytes!.toString().trimEnd());

/** The last entry that had moved when the study continued after it; 0 if there is none. */
function lastMoved(pieces: readonly Piece[]): number {
  const isContinued = ({ entry, seal }: Piece, i: number): boolean => {
    const next = pieces[i + 1];
    return seal !== undefined && seal.position !== entry && next?.seal?.position === next?.entry && next?.seal?.previous === seal.own;
  };
  return pieces.findLast(isContinued)?.entry ?? 0;
}
