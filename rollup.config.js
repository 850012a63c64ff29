// npm run build: rolls up the types that tsc wrote.
import { dts } from 'rollup-plugin-dts';
import packaged from './package.json' with { type: 'json' };

/** Where tsc writes a file of types for each source. */
const written = '.types';
const entries = Object.values(packaged.exports).flatMap((entry) =>
  typeof entry === 'object' ? entry.types.slice('./dist/'.length, -'.d.ts'.length) : [],
);
const external = Object.keys({ ...packaged.dependencies, ...packaged.peerDependencies });

/** The types of what the package exports, and of no other source. Those of packages that it contains are in them. */
export default {
  input: Object.fromEntries(entries.map((entry) => [entry, `${written}/${entry}.d.ts`])),
  external: (id) => external.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [dts({ respectExternal: true })],
  output: { dir: 'dist', experimentalMinChunkSize: 20_000, entryFileNames: '[name].d.ts', chunkFileNames: 'types/[name].ts' },
};
