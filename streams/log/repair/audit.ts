import type { Buffer } from 'node:buffer';
import { countEntries, isUnsealed, parseLine, type SealedLine, sealedLine, sealedLinesIn, wholeLinesIn } from '../lines.ts';
import { checksumOf, NONE, sealLines, unsealed } from '../seal.ts';

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
  /**
   * Whether checksums prove that the first two entries are the same, even if one of them is lost. Journals from before checksums have only one
   * `created`.
   */
  readonly beginsTwice: boolean;
}

/** A line, or a part of one. */
interface Piece {
  /** The number of its line in the file. */
  readonly line: number;
  /** The position at which it reads: another one if lines before it hold several entries. */
  readonly entry: number;
  /** That line. */
  readonly raw: Buffer;
  /** As it was written. Undefined if it was written without a checksum, or cannot be restored. */
  readonly sealed?: SealedLine | undefined;
  readonly isLost?: boolean;
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
  const pieces = piecesIn(file, note);
  compareNeighbours(pieces, note);
  const { left, end } = place(pieces, note);
  return {
    damage: damage.sort((a, b) => a.line - b.line),
    get objects() {
      return new Map([...left].flatMap(([position, piece]) => (piece.isLost ? [] : [[position, objectOf(piece)] as const])));
    },
    end,
    get beginsTwice() {
      return beginsTwice(left);
    },
  };
}

/** The lines, and what follows the last line feed. */
function linesIn(file: Buffer): { lines: Buffer[]; rest: Buffer } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = file.indexOf(10); end !== -1; end = file.indexOf(10, start)) {
    lines.push(file.subarray(start, end));
    start = end + 1;
  }
  return { lines, rest: file.subarray(start) };
}

function piecesIn(file: Buffer, note: Note): Piece[] {
  const pieces: Piece[] = [];
  const { lines, rest } = linesIn(file);
  const hasSeals = file.includes('"sum":"');
  let areSealed = false;
  for (let i = 0, entry = 1; i < lines.length; i++) {
    const raw = lines[i]!;
    const line = i + 1;
    const sealed = sealedLine(raw);
    const [at, count] = [entry, sealed ? 1 : countEntries(raw)];
    entry += count;
    areSealed ||= sealed !== undefined;
    if (sealed) {
      pieces.push({ line, entry: at, raw, sealed });
      continue;
    }
    const object = parseLine(raw);
    const restored = hasSeals && (!object || mayBeSealed(raw)) ? sealedLinesIn(raw) : []; // their line feeds are lost
    if (restored.length === 0 && isUnsealed(object)) {
      pieces.push({ line, entry: at, raw });
      if (areSealed) note(line, 'has no checksum, unlike the lines before it');
      continue;
    }
    const wrong = object ? 'does not match its checksum' : 'is not a JSON object';
    note(line, `${wrong}; ${restored.length > 0 ? 'it can be restored' : 'it is lost'}`);
    if (restored.length === 0) pieces.push({ line, entry: at, raw, isLost: true });
    for (const [part, one] of restored.entries()) pieces.push({ line, entry: at + part, raw, sealed: one });
  }
  const last = wholeLinesIn(rest);
  const before = pieces.at(-1)?.entry ?? 0;
  const line = lines.length + 1;
  for (const [part, raw] of last.entries()) pieces.push({ line, entry: before + part + 1, raw, sealed: sealedLine(raw) });
  if (last.length > 0)
    note(line, `lacks its line feed; ${last.length === 1 ? 'it' : `each of its ${last.length} entries`} can be restored`);
  return pieces;
}

/** Whether a line ends as a checksum does: the name of the field may be damaged. */
export const mayBeSealed = (line: Buffer): boolean =>
  /\.[0-9a-f]{8}"\}\s?$|"sum":"/.test(line.toString('latin1', Math.max(0, line.length - 48)));

/** Records where a line has another checksum for the line before it than that line has. */
function compareNeighbours(pieces: readonly Piece[], note: Note): void {
  for (const [i, { line, sealed }] of pieces.entries()) {
    const before = pieces[i - 1];
    if (!sealed || !before || before.isLost || sealed.seal.position !== (before.sealed?.seal.position ?? before.entry) + 1) continue;
    const checksums = [before.sealed?.seal.own, checksumOf(before.raw)]; // it may have been damaged before the next line was written
    if (!checksums.includes(sealed.seal.previous)) note(line, 'was written after another line than the one before it');
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
    const { line, entry, sealed } = piece;
    const written = sealed?.seal.position ?? entry + shift;
    const position = entry <= kept ? entry : (sealed?.seal.position ?? end + 1);
    if (entry <= kept && written !== entry + shift) note(line, `is entry ${written}; the study continued with it as entry ${entry}`);
    else if (entry > kept && position < end) note(line, `is entry ${position}, which belongs before entry ${end}`);
    shift = written - entry;
    end = Math.max(end, position);
    return { ...piece, position };
  });
  const left = new Map<number, Piece>();
  for (const piece of [...placed.filter((one) => one.sealed), ...placed.filter((one) => !one.sealed)]) {
    const { line, isLost, position } = piece;
    const twin = left.get(position);
    if (twin === undefined || (twin.isLost && !isLost)) left.set(position, piece);
    else if (!isLost)
      note(
        line,
        `${objectOf(twin) === objectOf(piece) ? 'is a copy of' : `is another entry ${position} than`} line ${twin.line}; it is left out`,
      );
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
  const [first, second, third] = [1, 2, 3].map((position) => left.get(position)).map((piece) => (piece?.isLost ? undefined : piece));
  const known = first ?? second;
  if (!known?.sealed) return false;
  const object = objectOf(known);
  const { last } = sealLines([object, object], 0, NONE);
  return second?.sealed?.seal.own === last || third?.sealed?.seal.previous === last;
}

/** The JSON object of a piece, without its checksum. */
const objectOf = ({ raw, sealed }: Piece): string => (sealed ? unsealed(sealed.bytes) : raw.toString().trimEnd());

/** The last entry that had moved when the study continued after it; 0 if there is none. */
function lastMoved(pieces: readonly Piece[]): number {
  const isContinued = ({ entry, sealed }: Piece, i: number): boolean => {
    const next = pieces[i + 1];
    if (!sealed || !next?.sealed || sealed.seal.position === entry) return false;
    return next.sealed.seal.position === next.entry && next.sealed.seal.previous === sealed.seal.own;
  };
  return pieces.findLast(isContinued)?.entry ?? 0;
}
