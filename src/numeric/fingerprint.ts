const words = new Uint32Array(2);
const number = new Float64Array(words.buffer);

/**
 * A 53-bit hash of a list of numbers, used as its key: among a million lists the probability of a collision is 6e-5. Two 32-bit lanes of the
 * MurmurHash3 finaliser (Appleby 2011).
 */
export function fingerprint(values: Iterable<number>): number {
  let a = 0x9747b28c;
  let b = 0x3c6ef372;
  for (const value of values) {
    number[0] = value === 0 ? 0 : value; // -0 is 0
    a = mix(a ^ words[0]!, 0x85ebca6b) ^ words[1]!;
    b = mix(b ^ words[1]!, 0xc2b2ae35) ^ words[0]!;
  }
  return (mix(a, 0xc2b2ae35) >>> 0) * 0x200000 + (mix(b, 0x85ebca6b) >>> 11);
}

function mix(h: number, multiplier: number): number {
  const x = Math.imul(h ^ (h >>> 16), multiplier);
  return Math.imul(x ^ (x >>> 13), 0x27d4eb2f) ^ (x >>> 15);
}
