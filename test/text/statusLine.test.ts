import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStatusLine, type Status } from '../../src/text/statusLine.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A terminal as it looks: it knows the movements that a status needs, and refuses others. */
function terminal(isTTY: boolean, columns = 40, rows = 10) {
  const lines = [''];
  let [at, column] = [0, 0];
  const pieces: Readonly<Record<string, (count: number) => void>> = {
    '\r': () => {
      column = 0;
    },
    '\n': () => {
      at += 1;
      column = 0;
      lines[at] ??= '';
    },
    K: () => {
      lines[at] = lines[at]!.slice(0, column);
    },
    J: () => {
      lines[at] = lines[at]!.slice(0, column);
      lines.splice(at + 1);
    },
    A: (count) => {
      at = Math.max(0, at - count);
    },
  };
  let writes = 0;
  const write = (text: string) => {
    writes++;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these move the cursor
    for (const [piece, count, name] of text.matchAll(/\x1b\[(\d*)([A-Z])|[\s\S]/g)) {
      const move = pieces[name ?? piece];
      if (move) move(Number(count) || 1);
      else {
        if (name !== undefined || piece < ' ') throw new Error(`unexpected ${JSON.stringify(piece)}`);
        lines[at] = `${lines[at]!.slice(0, column)}${piece}${lines[at]!.slice(column + 1)}`;
        column += 1;
      }
    }
    return true;
  };
  const out = Object.assign(new EventEmitter(), { isTTY, columns, rows, write }) as unknown as NodeJS.WriteStream;
  return { out, lines, writes: () => writes };
}

const status = (frame: readonly string[], line = 'a line'): Status => ({ frame: () => frame, line: () => line });

describe('the status on a terminal', () => {
  it('stays below the lines, is redrawn in one piece, and is gone at the end', () => {
    const { out, lines, writes } = terminal(true);
    const screen = openStatusLine(out);
    screen.status(status(['one', 'two']));
    vi.advanceTimersByTime(100);
    expect(lines).toEqual(['one', 'two']);
    screen.line('a message that is longer than the window, which is wrapped');
    expect(lines).toEqual(['a message that is longer than the', '  window, which is wrapped', 'one', 'two']);
    const before = writes();
    screen.status(status(['three']));
    vi.advanceTimersByTime(100);
    expect(lines.slice(2)).toEqual(['three']);
    expect(writes()).toBe(before + 1);
    screen.end();
    expect(lines.slice(2)).toEqual(['']);
    expect(out.listenerCount('resize')).toBe(0);
  });

  it('is computed again each second, and at each size of the window, which it never exceeds', () => {
    const { out, lines } = terminal(true);
    let asked = 0;
    const screen = openStatusLine(out);
    screen.status({ frame: (columns, rows) => [`${++asked}`, ...Array(rows).fill('x'.repeat(columns + 5))], line: () => '' });
    vi.advanceTimersByTime(3100);
    expect(asked).toBeGreaterThan(3);
    expect(lines).toEqual(Array(9).fill('x'.repeat(39)));
    Object.assign(out, { columns: 20, rows: 5 });
    const written: string[] = [];
    out.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    out.emit('resize');
    expect(written).toEqual([
      `\r\x1b[17A${Array(4)
        .fill(`${'x'.repeat(19)}\x1b[K`)
        .join('\n')}\x1b[J`,
    ]); // each line had become two
    screen.end();
  });
});

it('a file gets a line now and then, more seldom in a long study', () => {
  const { out, lines } = terminal(false);
  const screen = openStatusLine(out);
  const times: number[] = [];
  for (let second = 0; second <= 7200; second++) {
    const line = () => {
      times.push(second);
      return 'progress';
    };
    screen.status({ frame: () => [], line });
    vi.advanceTimersByTime(1000);
  }
  expect(times.slice(0, 3)).toEqual([30, 60, 90]);
  expect(times.at(-1)! - times.at(-2)!).toBeGreaterThan(300);
  expect(lines.filter((line) => line === 'progress')).toHaveLength(times.length);
  screen.end();
});
