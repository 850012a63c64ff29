import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { CellType, Table } from '../study/tables.ts';

/** The type of a column in a Parquet file, and a cell in the form that the writer expects. */
const types: Readonly<Record<CellType, { readonly type: NonNullable<ColumnSource['type']>; readonly of: (cell: unknown) => unknown }>> = {
  integer: { type: 'INT64', of: (cell) => BigInt(Number(cell)) },
  number: { type: 'DOUBLE', of: (cell) => cell },
  text: { type: 'STRING', of: (cell) => cell },
  boolean: { type: 'BOOLEAN', of: (cell) => cell },
  time: { type: 'TIMESTAMP', of: (cell) => new Date(Number(cell)) },
  data: { type: 'JSON', of: (cell) => cell },
};

/** A table as a Parquet file. */
export function parquetOf(table: Table): Uint8Array {
  const columnData = table.map(({ name, type: cellType, cells }): ColumnSource => {
    const { type, of } = types[cellType];
    return { name, type, nullable: true, data: cells.map((cell) => (cell === undefined ? null : of(cell))) };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
