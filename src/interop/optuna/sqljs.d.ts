/** What we use of sql.js, which has no types of its own. */
declare module 'sql.js/dist/sql-wasm-inline.js' {
  export type Cell = string | number | Uint8Array | null;
  export interface Database {
    exec(sql: string): readonly { readonly columns: readonly string[]; readonly values: readonly (readonly Cell[])[] }[];
    run(sql: string, values?: readonly Cell[]): void;
    export(): Uint8Array;
    close(): void;
  }
  interface SqlJs {
    readonly Database: new (data?: Uint8Array) => Database;
  }
  const initSqlJs: () => Promise<SqlJs>;
  export default initSqlJs;
}
