// One number as it is written: groups of three, a point, what repeats, a power of ten.

export interface Written {
  /** Digits with at most one point. */
  text: string
  /** The digits that go on for ever: 45 of 0.\overline{45}. */
  repeating?: string
  exponent?: number
  /** Dots follow that say no more than that there are more digits: 3.1415… */
  cut?: boolean
  /** Where the text goes on. */
  end: number
}

export interface Place {
  /** Whether a comma here could also separate two answers. */
  top: boolean
  /** Whether "1,234" is one number where it could be two. */
  thousands: boolean
  /** Called where the text held a comma that could be either. */
  ambiguous: () => void
}

const isDigit = (c: number) => c >= 48 && c <= 57

const GROUP = /(?:(,)|\{,\}|,\\! ?|\\!,|\{\\,\}|\\[,;: ]|[ ~])(?:\\!)? ?(\d{3})(?!\d)/y
const REPEATS =
  /\s*(?:\\overline\s*(?:\{\s*(\d+)\s*\}|(\d))|\\bar\s*(?:\{\s*(\d+)\s*\}|(\d))|\\dot\s*(?:\{(\d)\}|(\d))(?:(\d*)\\dot\s*(?:\{(\d)\}|(\d)))?|\((\d+)\))/y
const DOTS = /\s*(?:\.{3}|\\(?:dots|ldots|cdots)(?![a-zA-Z]))/y
const SCIENTIFIC = /[eE]([+-]?\d{1,4})(?![\d.A-Za-z])/y

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}

/** Reads the number that begins at a digit, or at a point before one. */
export function numberAt(source: string, at: number, place: Place): Written {
  let end = at
  while (isDigit(source.charCodeAt(end))) end++
  let text = source.slice(at, end)
  if (text.length > 0 && text.length <= 3) {
    const grouped = groups(source, end, text, place)
    text = grouped.text
    end = grouped.end
  }
  // 0{,}5 and 3{,}14: the braces keep LaTeX from setting a list.
  const comma = source.startsWith('{,}', end) && isDigit(source.charCodeAt(end + 3))
  if (comma || (source[end] === '.' && isDigit(source.charCodeAt(end + 1)))) {
    const from = end + (comma ? 3 : 1)
    let stop = from
    while (isDigit(source.charCodeAt(stop))) stop++
    text += `.${source.slice(from, stop)}`
    end = stop
  }
  const pointed = text.includes('.')
  let repeating: string | undefined
  let cut = false
  if (pointed || source[end] === '.') {
    const found = matchAt(REPEATS, source, pointed ? end : end + 1)
    if (found) {
      const first = found[5] ?? found[6]
      const last = found[8] ?? found[9]
      repeating =
        found[1] ?? found[2] ?? found[3] ?? found[4] ?? found[10] ?? (last ? `${first}${found[7] ?? ''}${last}` : first)
      end += found[0].length + (pointed ? 0 : 1)
      if (!pointed) text += '.'
    }
    const dots = pointed ? matchAt(DOTS, source, end) : null
    if (dots) {
      end += dots[0].length
      if (!repeating) {
        const found = goesOn(text)
        if (found) [text, repeating] = found
        else cut = true
      }
    }
  }
  let exponent: number | undefined
  const scientific = matchAt(SCIENTIFIC, source, end)
  if (scientific) {
    exponent = Number(scientific[1])
    end += scientific[0].length
  }
  return {
    text,
    end,
    ...(repeating !== undefined && { repeating }),
    ...(exponent !== undefined && { exponent }),
    ...(cut && { cut }),
  }
}

/** Groups of three: 1,234  1{,}234  1,\!234  1\,234  1 234 */
function groups(source: string, end: number, whole: string, place: Place): { text: string; end: number } {
  let text = whole
  for (;;) {
    const next = source.charCodeAt(end)
    // , { \ space ~
    if (next !== 44 && next !== 123 && next !== 92 && next !== 32 && next !== 126) break
    const found = matchAt(GROUP, source, end)
    if (!found) break
    const gap = found[0].slice(0, -3)
    if (gap === ', ' || (found[1] && gap.trim() === ',' && gap !== ',')) break
    if (whole === '0') break
    if (found[1] && gap === ',') {
      if (!place.top) break
      // 12,000 is no list: nothing is written 000.
      if (!found[2]!.startsWith('0')) {
        place.ambiguous()
        if (!place.thousands) break
      }
    }
    // "2 345/7" would be a mixed number: a space groups only where no fraction follows.
    if (gap === ' ' && /^\s*(?:\/|\\frac)/.test(source.slice(end + found[0].length, end + found[0].length + 8))) break
    text += found[2]
    end += found[0].length
  }
  return { text, end }
}

/** 0.333 and 0.1212 before dots: the digits without what repeats, and what repeats. */
function goesOn(text: string): [string, string] | undefined {
  const point = text.indexOf('.')
  const digits = text.slice(point + 1)
  for (let length = 1; length * 2 <= digits.length; length++) {
    const block = digits.slice(-length)
    let times = 1
    while (digits.endsWith(block.repeat(times + 1)) && times < 40) times++
    const rest = digits.slice(0, digits.length - length * times)
    if (times >= 3 || (times === 2 && (length > 1 || rest === ''))) return [text.slice(0, point + 1) + rest, block]
  }
  return undefined
}
