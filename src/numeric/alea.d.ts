/** One generator of seedrandom, whose main module loads all of them. */
declare module 'seedrandom/lib/alea.js' {
  export default function alea(seed: string): () => number;
}
