// Answers that somebody could give, and small changes that make each of them another answer.

/** mulberry32: the same mutants in each run. */
function randomly(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % most
  }
}

type Next = (most: number) => number
/** An answer, and the name of a change with what it makes of the answer. */
export interface Mutant {
  change: string
  one: string
  two: string
}

const some = (next: Next, most = 60): number => 2 + next(most)
const pick = <T>(next: Next, of: readonly T[]): T => of[next(of.length)]!
const signed = (n: number): string => (n < 0 ? `-${-n}` : String(n))
const plus = (n: number): string => (n < 0 ? `-${-n}` : `+${n}`)
const fraction = (n: number, d: number): string => `\\frac{${n}}{${d}}`
const distinct = (next: Next, count: number): number[] => {
  const found = new Set<number>()
  while (found.size < count) found.add(next(101) - 50)
  return [...found]
}

/** Each makes one answer and one changed answer, never equal by the remark that stands beside it. */
const MAKERS: ((next: Next) => Mutant)[] = [
  // n and n ± 1, also with groups of three, as a power, far out.
  (next) => {
    const n = BigInt(some(next, 2_000_000_000)) ** BigInt(1 + next(4))
    return { change: '±1', one: String(n), two: String(n + (next(2) ? 1n : -1n)) }
  },
  (next) => {
    const n = some(next, 90_000_000)
    return { change: '±1', one: n.toLocaleString('en'), two: (n + 1).toLocaleString('en') }
  },
  (next) => {
    const [b, e] = [some(next, 30), some(next, 60)]
    return { change: '±1', one: `${b}^{${e}}`, two: pick(next, [`${b}^{${e}}+1`, `${b}^{${e}}-1`, `${b}^{${e + 1}}`]) }
  },
  (next) => {
    const n = some(next, 200)
    return { change: '±1', one: `${n}!`, two: pick(next, [`${n + 1}!`, `${n}!+1`, `${n}!-1`]) }
  },
  // n/d with n or d one more: n/d = (n + 1)/d never, n/d = n/(d + 1) never for n ≠ 0.
  (next) => {
    const [n, d] = [some(next), some(next)]
    return { change: '±1', one: fraction(n, d), two: pick(next, [fraction(n + 1, d), fraction(n, d + 1)]) }
  },
  // a decimal and one with its last digit changed.
  (next) => {
    const [whole, digits, end] = [next(500), String(some(next, 9000)), next(9)]
    return { change: '±1', one: `${whole}.${digits}${end}`, two: `${whole}.${digits}${end + 1}` }
  },
  // k√n for k, n > 0 and n no square: (k + 1)√n, k√(n + 1), -k√n, k·n differ.
  (next) => {
    const [k, n] = [some(next, 20), pick(next, [2, 3, 5, 6, 7, 10, 11, 13])]
    const changed: [string, string][] = [
      ['±1', `${k + 1}\\sqrt{${n}}`],
      ['±1', `${k}\\sqrt{${n + 1}}`],
      ['sign', `-${k}\\sqrt{${n}}`],
      ['scope', `\\sqrt{${k * n}}`],
      ['dropped', `${k}\\cdot ${n}`],
      ['dropped', `\\sqrt{${n}}`],
    ]
    const [change, two] = pick(next, changed)
    return { change, one: `${k}\\sqrt{${n}}`, two }
  },
  (next) => {
    const [a, b] = [some(next), pick(next, [2, 3, 5, 7])]
    return { change: 'sign', one: `${a}+\\sqrt{${b}}`, two: `${a}-\\sqrt{${b}}` }
  },
  (next) => {
    const [n, d] = [1 + next(20), some(next, 12)]
    const pi = `\\frac{${n}\\pi}{${d}}`
    const [change, two] = pick(next, [
      ['sign', `-${pi}`],
      ['±1', `\\frac{${n + 1}\\pi}{${d}}`],
      ['dropped', fraction(n, d)],
      ['scope', `\\frac{${n}}{${d}\\pi}`],
    ] as const)
    return { change, one: pi, two }
  },
  // log and trigonometry: log_b n for b ≠ n, both above 1.
  (next) => {
    const [b, n] = [2 + next(9), 12 + next(90)]
    const [change, two] = pick(next, [
      ['±1', `\\log_{${b}} ${n + 1}`],
      ['±1', `\\log_{${b + 1}} ${n}`],
      ['scope', `\\log_{${n}} ${b}`],
      ['sign', `-\\log_{${b}} ${n}`],
    ] as const)
    return { change, one: `\\log_{${b}} ${n}`, two }
  },
  // complex: b ≠ 0.
  (next) => {
    const [a, b] = [some(next), some(next)]
    const [change, two] = pick(next, [
      ['sign', `${a}-${b}i`],
      ['sign', `-${a}+${b}i`],
      ['±1', `${a + 1}+${b}i`],
      ['±1', `${a}+${b + 1}i`],
      ['dropped', `${a}+${b}`],
      ['dropped', `${a}`],
      ['scope', `(${a}+${b})i`],
    ] as const)
    return { change, one: `${a}+${b}i`, two }
  },
  // k(x + n) for k > 1, n > 0.
  (next) => {
    const [k, n, x] = [some(next, 9), some(next), pick(next, ['x', 'y', 'n', 't'])]
    const [change, two] = pick(next, [
      ['scope', `${k}${x}+${n}`],
      ['scope', `${x}+${k * n}`],
      ['sign', `${k}(${x}-${n})`],
      ['sign', `-${k}(${x}+${n})`],
      ['±1', `${k + 1}(${x}+${n})`],
      ['±1', `${k}(${x}+${n + 1})`],
      ['dropped', `${x}+${n}`],
    ] as const)
    return { change, one: `${k}(${x}+${n})`, two }
  },
  (next) => {
    const [n, d, x] = [some(next), some(next, 9), pick(next, ['x', 'a', 'm'])]
    const [change, two] = pick(next, [
      ['scope', `${x}+\\frac{${n}}{${d}}`],
      ['scope', `\\frac{${x}}{${d}}+${n}`],
      ['scope', `${x}+${n}/${d}`],
      ['sign', `\\frac{${x}-${n}}{${d}}`],
    ] as const)
    return { change, one: `\\frac{${x}+${n}}{${d}}`, two }
  },
  // Quadratics, a > 0: a coefficient, a sign, an exponent or a term less.
  (next) => {
    const [a, b, c] = [some(next, 9), some(next, 20), some(next, 30)]
    const [change, two] = pick(next, [
      ['±1', `${a + 1}x^2+${b}x+${c}`],
      ['±1', `${a}x^2+${b + 1}x+${c}`],
      ['±1', `${a}x^2+${b}x+${c - 1}`],
      ['±1', `${a}x^3+${b}x+${c}`],
      ['sign', `${a}x^2-${b}x+${c}`],
      ['sign', `${a}x^2+${b}x-${c}`],
      ['dropped', `${a}x^2+${b}x`],
      ['dropped', `${a}x^2+${c}`],
      ['scope', `(${a}x)^2+${b}x+${c}`],
    ] as const)
    return { change, one: `${a}x^2+${b}x+${c}`, two }
  },
  (next) => {
    const [a, b] = distinct(next, 2).map((n) => n || 51) as [number, number]
    // (x + a)(x + b) with a + b ≠ 0 is not (x - a)(x - b): the middle term is turned.
    if (a + b === 0) return { change: 'scope', one: `(x${plus(a)})(x${plus(b)})`, two: `x${plus(a)}x${plus(b)}` }
    const [change, two] = pick(next, [
      ['sign', `(x${plus(-a)})(x${plus(-b)})`],
      ['±1', `(x${plus(a + 1 || 52)})(x${plus(b)})`],
      ['scope', `x${plus(a)}(x${plus(b)})`],
      ['dropped', `(x${plus(a)})`],
    ] as const)
    return { change, one: `(x${plus(a)})(x${plus(b)})`, two }
  },
  // Intervals: another bracket, a changed or turned end.
  (next) => {
    const [low, high] = distinct(next, 2).sort((a, b) => a - b) as [number, number]
    const [open, close] = [pick(next, ['[', '(']), pick(next, [']', ')'])]
    const other = (bracket: string) => ({ '[': '(', '(': '[', ']': ')', ')': ']' })[bracket]!
    const [change, two] = pick(next, [
      ['bracket', `${other(open)}${low},${high}${close}`],
      ['bracket', `${open}${low},${high}${other(close)}`],
      ['±1', `${open}${low - 1},${high}${close}`],
      ['±1', `${open}${low},${high + 1}${close}`],
      ['dropped', `${open}${low},\\infty)`],
      ['sign', `${open}${low},${high}${close}\\cup(${high + 3},${high + 5})`],
    ] as const)
    return { change, one: `${open}${low},${high}${close}`, two }
  },
  (next) => {
    const n = next(101) - 50
    const sign = pick(next, ['<', '>', '\\le', '\\ge'])
    const strict = { '<': '\\le', '>': '\\ge', '\\le': '<', '\\ge': '>' }[sign]!
    const turned = { '<': '>', '>': '<', '\\le': '\\ge', '\\ge': '\\le' }[sign]!
    const [change, two] = pick(next, [
      ['bracket', `x ${strict} ${n}`],
      ['sign', `x ${turned} ${n}`],
      ['±1', `x ${sign} ${n + 1}`],
      ['dropped', `x = ${n}`],
    ] as const)
    return { change, one: `x ${sign} ${n}`, two }
  },
  (next) => {
    const [a, b, c, d] = distinct(next, 4).sort((x, y) => x - y) as [number, number, number, number]
    const one = `(${a},${b})\\cup(${c},${d})`
    const [change, two] = pick(next, [
      ['bracket', `(${a},${b}]\\cup(${c},${d})`],
      ['bracket', `(${a},${b})\\cup[${c},${d})`],
      ['dropped', `(${a},${b})`],
      ['dropped', `(${a},${d})`],
      ['sign', `(${a},${b})\\cap(${c},${d})`],
    ] as const)
    return { change, one, two }
  },
  // Lists, sets, tuples, matrices.
  (next) => {
    const values = distinct(next, 2 + next(4))
    const k = next(values.length)
    const [open, close] = pick(next, [
      ['', ''],
      ['\\{', '\\}'],
      ['(', ')'],
    ] as const)
    const of = (list: number[]) => `${open}${list.map(signed).join(', ')}${close}`
    const changed: [string, number[]][] = [
      ['±1', values.with(k, values[k]! + 101)],
      ['dropped', values.toSpliced(k, 1)],
      ['sign', values.with(k, -values[k]! - 101)],
    ]
    if (open === '(') changed.push(['order', values.toReversed()])
    const [change, list] = pick(next, changed)
    return { change, one: of(values), two: of(list) }
  },
  (next) => {
    const [a, b, c, d] = distinct(next, 4) as [number, number, number, number]
    const matrix = (rows: number[][]) =>
      `\\begin{pmatrix}${rows.map((row) => row.join(' & ')).join(' \\\\ ')}\\end{pmatrix}`
    const [change, two] = pick(next, [
      [
        '±1',
        matrix([
          [a + 1, b],
          [c, d],
        ]),
      ],
      [
        'order',
        matrix([
          [a, c],
          [b, d],
        ]),
      ],
      [
        'order',
        matrix([
          [c, d],
          [a, b],
        ]),
      ],
      ['dropped', matrix([[a, b]])],
      ['scope', matrix([[a, b, c, d]])],
    ] as const)
    return {
      change,
      one: matrix([
        [a, b],
        [c, d],
      ]),
      two,
    }
  },
  // Equations: a line ax + by = c with a, b, c > 0.
  (next) => {
    const [a, b, c] = [some(next, 9), some(next, 9), some(next, 30)]
    const [change, two] = pick(next, [
      ['sign', `${a}x-${b}y=${c}`],
      ['sign', `${a}x+${b}y=-${c}`],
      ['±1', `${a}x+${b}y=${c + 1}`],
      ['±1', `${a + 1}x+${b}y=${c}`],
      ['scope', `${a}(x+${b}y)=${c}`],
    ] as const)
    return { change, one: `${a}x+${b}y=${c}`, two }
  },
  (next) => {
    const [a, b] = [some(next, 40), pick(next, [2, 3, 5, 7])]
    const [change, two] = pick(next, [
      ['dropped', `x=${a}+\\sqrt{${b}}`],
      ['±1', `x=${a + 1}\\pm\\sqrt{${b}}`],
      ['±1', `x=${a}\\pm\\sqrt{${b + 1}}`],
      ['sign', `x=-${a}\\pm\\sqrt{${b}}`],
    ] as const)
    return { change, one: `x=${a}\\pm\\sqrt{${b}}`, two }
  },
  (next) => {
    const [a, b] = distinct(next, 2) as [number, number]
    return pick(next, [
      { change: 'order', one: `x=${a}, y=${b}`, two: `x=${b}, y=${a}` },
      { change: 'dropped', one: `x=${a} \\text{ or } x=${b}`, two: `x=${a}` },
      { change: '±1', one: `x=${a}, y=${b}`, two: `x=${a}, y=${b + 1}` },
    ])
  },
  // Amounts, percent, mixed numbers, ratios, bases, times.
  (next) => {
    const n = some(next, 90)
    const [a, b] = pick(next, [
      ['cm', 'm'],
      ['kg', 'g'],
      ['hours', 'minutes'],
      ['cm^2', 'cm^3'],
      ['\\text{ cm}^2', '\\text{ cm}'],
      ['\\%', '^\\circ'],
      ['km', 'miles'],
      ['dollars', 'euros'],
      ['m/s', 'km/h'],
    ] as const)
    return { change: 'unit', one: `${n} ${a}`, two: `${n} ${b}` }
  },
  (next) => {
    const n = some(next, 97)
    return { change: '±1', one: `${n}\\%`, two: pick(next, [`${n + 1}\\%`, `${n}00\\%`, `${n}.5\\%`]) }
  },
  (next) => {
    const [w, d] = [some(next, 20), 3 + next(9)]
    const n = 1 + next(d - 1)
    const [change, two] = pick(next, [
      ['sign', `-${w}\\frac{${n}}{${d}}`],
      ['±1', `${w + 1}\\frac{${n}}{${d}}`],
      ['scope', `${w}\\cdot\\frac{${n}}{${d}}`],
      ['dropped', `\\frac{${n}}{${d}}`],
    ] as const)
    // w·n/d = w + n/d where n(w - 1) = wd: that n/d is above 1, and here it is below.
    return { change, one: `${w}\\frac{${n}}{${d}}`, two }
  },
  (next) => {
    const [a, b] = [some(next, 20), 30 + next(20)]
    const [change, two] = pick(next, [
      ['order', `${b}:${a}`],
      ['±1', `${a + 1}:${b}`],
      ['±1', `${a}:${b + 1}`],
    ] as const)
    return { change, one: `${a}:${b}`, two }
  },
  (next) => {
    const [n, b] = [9 + next(5000), 3 + next(6)]
    const digits = n.toString(b)
    const [change, two] = pick(next, [
      ['±1', `${(n + 1).toString(b)}_{${b}}`],
      ['unit', `${digits}_{${b + 1}}`],
      ['dropped', digits],
    ] as const)
    return { change, one: `${digits}_{${b}}`, two }
  },
  (next) => {
    const [h, m] = [1 + next(11), 10 + next(49)]
    const [change, two] = pick(next, [
      ['±1', `${h}:${m + 1} PM`],
      ['unit', `${h}:${m} AM`],
      ['unit', `${h}:${m}\\text{ a.m.}`],
    ] as const)
    return { change, one: `${h}:${m} PM`, two }
  },
  // sin kx and cos kx for k > 1; a power and its base.
  (next) => {
    const k = some(next, 9)
    const [change, two] = pick(next, [
      ['scope', `${k}\\sin x`],
      ['scope', `\\sin^{${k}} x`],
      ['±1', `\\sin ${k + 1}x`],
      ['sign', `-\\sin ${k}x`],
      ['dropped', '\\sin x'],
      ['order', `\\cos ${k}x`],
    ] as const)
    return { change, one: `\\sin ${k}x`, two }
  },
  (next) => {
    const [k, n] = [some(next, 9), some(next, 9)]
    const [change, two] = pick(next, [
      ['scope', `${k}^n+${n}`],
      ['±1', `${k}^{n+${n + 1}}`],
      ['sign', `${k}^{n-${n}}`],
      ['sign', `-${k}^{n+${n}}`],
      ['scope', `${k}^{${n}n}`],
    ] as const)
    // n is a letter in the exponent: k^(cn) = k^(n + c) at one n only.
    return { change, one: `${k}^{n+${n}}`, two }
  },
  (next) => {
    const [k, m] = [some(next, 9), 1 + next(5)]
    const [change, two] = pick(next, [
      ['±1', `\\frac{\\pi}{${k}}+${m + 1}k\\pi, k\\in\\mathbb{Z}`],
      ['±1', `\\frac{\\pi}{${k + 1}}+${m}k\\pi, k\\in\\mathbb{Z}`],
      ['dropped', `\\frac{\\pi}{${k}}`],
    ] as const)
    return { change, one: `\\frac{\\pi}{${k}}+${m}k\\pi, k\\in\\mathbb{Z}`, two }
  },
]

/** `count` mutants, each kind in turn. */
export function* mutants(count: number, seed = 20_261_122): Generator<Mutant> {
  const next = randomly(seed)
  for (let k = 0; k < count; k++) yield MAKERS[k % MAKERS.length]!(next)
}
