import { describe, expect, it } from 'vitest';
import { filterOf } from '../../src/page/lib/filter.ts';

const rows = [
  { trial: 1, status: 'completed', lr: 0.00123456, optimizer: 'adam', size: 10 },
  { trial: 2, status: 'stopped', lr: 0.02, optimizer: 'sgd and momentum' },
  { trial: 3, status: 'completed', lr: 0.1, size: 30 },
];
type Row = (typeof rows)[number];
const columns = (['trial', 'status', 'lr', 'optimizer'] as const).map((name) => ({
  name: name as string,
  of: (row: Row) => row[name] as unknown,
}));
const all = [...columns, { name: 'metric size', of: ({ size }: Row) => size }];
const found = (text: string) => {
  const filter = filterOf(text, all);
  return typeof filter === 'string' ? filter : rows.filter(filter).map(({ trial }) => trial);
};

describe('a filter in words', () => {
  it('compares columns with numbers and texts', () => {
    expect(found('lr < 0.02')).toEqual([1]);
    expect(found('lr<=0.02')).toEqual([1, 2]);
    expect(found('lr >= 2e-2')).toEqual([2, 3]);
    expect(found('status = completed')).toEqual([1, 3]);
    expect(found('size > 10')).toEqual([3]);
    expect(found('metric size == 10')).toEqual([1]);
  });

  it('takes a number as the page shows it', () => {
    expect(found('lr = 0.001235')).toEqual([1]);
    expect(found('lr = 0.0012')).toEqual([]);
  });

  it('says that a missing value is unequal, and no more', () => {
    expect(found('optimizer != adam')).toEqual([2, 3]);
    expect(found('size < 1e9')).toEqual([1, 3]);
  });

  it('binds and before or, and keeps what is in quotes together', () => {
    expect(found('trial = 3 or lr < 0.05 and status = completed')).toEqual([1, 3]);
    expect(found('status = completed AND lr < 0.05 OR trial = 2')).toEqual([1, 2]);
    expect(found('optimizer = "sgd and momentum" and lr > 0')).toEqual([2]);
  });

  it('names what is wrong', () => {
    expect(found('lrr < 1')).toMatch(/lrr.*did you mean lr\?/);
    expect(found('lr < small')).toContain('small');
    expect(found('lr < 1 and adam')).toContain('adam');
    expect(found('lr <')).toContain('lr <');
  });
});
