import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellText, csvLine } from '../../src/study/csv.ts';

it('a line of CSV quotes what would end a cell', () => {
  expect(csvLine(['a', 'b,c', 'say "x"', 'two\nlines', 1.5, undefined, { k: 1 }])).toBe(
    'a,"b,c","say ""x""","two\nlines",1.5,,"{""k"":1}"\r\n',
  );
});

describe('text that a spreadsheet takes for a formula', () => {
  const formulas = ['=HYPERLINK("http://evil")', '@SUM(1)', '+1+1', '-1+1', '\t=1+1', '\r=1+1', '\n=1+1', "'=1+1"];
  const cellsOf = (line: string) => (parse(line, { record_delimiter: '\r\n' }) as string[][])[0]!;

  it('is behind an apostrophe, and numbers stay as they are', () => {
    expect(cellsOf(csvLine(formulas))).toEqual(formulas.map((text) => `'${text}`));
    expect(csvLine([-1.5, -Infinity, 'a=1', "it's", "'quoted'", ['-1'], true, null])).toBe(
      '-1.5,-Infinity,a=1,it\'s,\'quoted\',"[""-1""]",true,null\r\n',
    );
  });

  it('is as it was in raw CSV', () => {
    expect(cellsOf(csvLine(formulas, { raw: true }))).toEqual(formulas);
  });

  it('is read as it was', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '=', '-', '@', 'a', '\t', ' ', '"', ',') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 2 }), (texts) => {
        expect(cellsOf(csvLine(texts)).map(cellText)).toEqual(texts);
      }),
    );
  });
});
