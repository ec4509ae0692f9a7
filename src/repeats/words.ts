// A text as a sequence of word numbers, with the place of each word.

export interface Words {
  /** One number a word; equal words have equal numbers. */
  ids: Int32Array
  /** The same with every run of digits as one word, so that "Step 12" equals "Step 13". */
  masked: Int32Array
  /** Where each word starts, in UTF-16 code units; one more entry for the end of the text. */
  starts: Int32Array
}

/** The UTF-16 code units of a text. */
export function codeUnits(text: string): Uint16Array {
  const bytes = Buffer.allocUnsafeSlow(2 * text.length)
  bytes.write(text, 'utf16le')
  return new Uint16Array(bytes.buffer, bytes.byteOffset, text.length)
}

/**
 * Splits into words: a run of letters, a run of digits, one other visible character. Case is ignored.
 * Words are numbered by a 31-bit hash of their characters (FNV-1a), so two words get one number about
 * once in two thousand million pairs, which a rate does not notice and an exact loop does not use.
 *
 * @param codes Code units, as `codeUnits` gives them.
 */
export function words(codes: Uint16Array): Words {
  const n = codes.length
  const ids = new Int32Array(n)
  const masked = new Int32Array(n)
  const starts = new Int32Array(n + 1)
  let count = 0
  let i = 0
  while (i < n) {
    let code = codes[i]!
    if (code <= 32 || code === 160) {
      i++
      continue
    }
    starts[count] = i
    let hash = 0x811c9dc5
    if (isLetter(code)) {
      do {
        hash = Math.imul(hash ^ (code >= 65 && code <= 90 ? code + 32 : code), 0x01000193)
        code = ++i < n ? codes[i]! : 0
      } while (isLetter(code))
      masked[count] = hash & 0x7fffffff
    } else if (isDigit(code)) {
      do {
        hash = Math.imul(hash ^ code, 0x01000193)
        code = ++i < n ? codes[i]! : 0
      } while (isDigit(code))
      masked[count] = 1
    } else {
      hash = Math.imul(hash ^ code, 0x01000193)
      i++
      masked[count] = hash & 0x7fffffff
    }
    ids[count++] = hash & 0x7fffffff
  }
  starts[count] = n
  return { ids: ids.subarray(0, count), masked: masked.subarray(0, count), starts: starts.subarray(0, count + 1) }
}

const isDigit = (code: number) => code >= 48 && code <= 57

/** Latin, Greek, Cyrillic and the like run together into words; a Chinese character is a word of its own. */
const isLetter = (code: number) =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 0xc0 && code < 0x2000 && code !== 0xd7 && code !== 0xf7)
