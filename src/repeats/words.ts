// A text as a sequence of word numbers, with the place of each word.

export interface Words {
  /** One number a word; equal words have equal numbers. */
  ids: Int32Array
  /** Where each word starts, in UTF-16 code units; one more entry for the end of the text. */
  starts: Int32Array
}

/**
 * Splits into words: a run of letters, a run of digits, one other visible character. Case is ignored.
 * Words are numbered by a 31-bit hash of their characters (FNV-1a), so two words get one number about
 * once in two thousand million pairs, which a rate does not notice and an exact loop does not use.
 *
 * @param masked Every run of digits counts as the same word, so that "Step 12" equals "Step 13".
 */
export function words(text: string, masked: boolean): Words {
  const ids = new Int32Array(text.length)
  const starts = new Int32Array(text.length + 1)
  let count = 0
  let i = 0
  while (i < text.length) {
    const code = text.charCodeAt(i)
    if (code <= 32 || code === 160) {
      i++
      continue
    }
    starts[count] = i
    let hash = 0x811c9dc5
    if (isDigit(code)) {
      while (i < text.length && isDigit(text.charCodeAt(i))) hash = Math.imul(hash ^ text.charCodeAt(i++), 0x01000193)
      if (masked) hash = 1
    } else if (isLetter(code)) {
      while (i < text.length && isLetter(text.charCodeAt(i))) {
        const letter = text.charCodeAt(i++)
        hash = Math.imul(hash ^ (letter >= 65 && letter <= 90 ? letter + 32 : letter), 0x01000193)
      }
    } else {
      hash = Math.imul(hash ^ code, 0x01000193)
      i++
    }
    ids[count++] = hash & 0x7fffffff
  }
  starts[count] = text.length
  return { ids: ids.subarray(0, count), starts: starts.subarray(0, count + 1) }
}

const isDigit = (code: number) => code >= 48 && code <= 57

/** Latin, Greek, Cyrillic and the like run together into words; a Chinese character is a word of its own. */
const isLetter = (code: number) =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 0xc0 && code < 0x2000 && code !== 0xd7 && code !== 0xf7)
