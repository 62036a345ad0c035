/** Draws the next number of a deterministic sequence, in [0, 1). */
export type Random = () => number;

/** Mixes the bits of a 32-bit integer. Constants: Chris Wellons' "lowbias32" (github.com/skeeto/hash-prospector). */
function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return bits ^ (bits >>> 15);
}

/** A 32-bit hash of a text: FNV-1a, followed by a final mix. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

/**
 * A sequence of numbers in [0, 1) that depends only on its coordinates. `index` can be any safe integer; `key` and
 * `layer` are used as 32 bits.
 */
export function createRandom(key: number, layer: number, index: number): Random {
  const high = Math.floor(index / 2 ** 32);
  let state = mix(mix(mix(key ^ Math.imul(layer + 1, 0x9e3779b9)) ^ high) ^ index);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
}

/** A number with mean 0 and standard deviation 1, bell-shaped and within ±3: the scaled sum of three uniform draws. */
export function drawBell(random: Random): number {
  return 2 * (random() + random() + random()) - 3;
}

/**
 * Value noise: random heights in [-1, 1] at every multiple of `period`, joined by straight lines. `layer` distinguishes
 * the octaves of one key.
 */
export function valueNoise(key: number, layer: number, period: number, at: number): number {
  const cell = Math.floor(at / period);
  const from = 2 * createRandom(key, layer, cell)() - 1;
  const to = 2 * createRandom(key, layer, cell + 1)() - 1;
  return from + (to - from) * (at / period - cell);
}
