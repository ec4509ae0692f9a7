// Random numbers that are the same on every machine: for resamples, never for secrets.

/**
 * A generator of numbers in 0 … 1 (1 excluded) from a seed: sfc32 (Doty-Humphrey's small fast counter), 32 bits each.
 */
export function randomFrom(seed: number): () => number {
  let a = seed >>> 0
  let b = Math.floor(seed / 2 ** 32) >>> 0
  let c = 0x9e3779b9
  let counter = 1
  const next = () => {
    const sum = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) >>> 0
    c = ((c << 21) | (c >>> 11)) >>> 0
    c = (c + sum) >>> 0
    return sum / 2 ** 32
  }
  // The first outputs still look like the seed.
  for (let i = 0; i < 15; i++) next()
  return next
}

/** `count` draws of `n` indices with replacement, one after the other. */
export function* resamples(n: number, count: number, seed: number): Generator<Int32Array> {
  const random = randomFrom(seed)
  for (let b = 0; b < count; b++) {
    const drawn = new Int32Array(n)
    for (let i = 0; i < n; i++) drawn[i] = Math.floor(random() * n)
    yield drawn
  }
}
