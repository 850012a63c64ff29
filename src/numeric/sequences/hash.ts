/** A 32-bit hash of two 32-bit numbers: the finaliser of MurmurHash3 (Appleby 2011), once for each. */
export const hash = (x: number, key: number): number => finalise(x ^ finalise(key));

function finalise(h: number): number {
  let x = h;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
