import fc from 'fast-check'
import pieces from './pieces.json' with { type: 'json' }

/** An expression, apart from how it is written: what the properties make, rewrite and change. */
export type Shape =
  | { k: 'n'; v: number }
  | { k: 'x'; name: string }
  | { k: '+' | '*'; a: Shape; b: Shape }
  | { k: '-'; a: Shape }
  | { k: '/'; a: Shape; b: Shape }
  | { k: '^'; a: Shape; by: number }
  | { k: 'sqrt'; v: number }

const leaf: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map((v): Shape => ({ k: 'n', v })) },
  { weight: 3, arbitrary: fc.constantFrom('x', 'y', 'a', 'n').map((name): Shape => ({ k: 'x', name })) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3, 5, 6, 7).map((v): Shape => ({ k: 'sqrt', v })) },
)

export const expression: fc.Arbitrary<Shape> = fc.letrec<{ one: Shape }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({ k: fc.constantFrom('+' as const, '*' as const), a: tie('one'), b: tie('one') }),
    fc.record({ k: fc.constant('-' as const), a: tie('one') }),
    fc.record({
      k: fc.constant('/' as const),
      a: tie('one'),
      b: fc.integer({ min: 1, max: 12 }).map((v): Shape => ({ k: 'n', v })),
    }),
    fc.record({ k: fc.constant('^' as const), a: tie('one'), by: fc.integer({ min: 2, max: 3 }) }),
  ),
})).one

/** A choice at each node, out of a few numbers. */
function chooser(choices: readonly number[]): (most: number) => number {
  let at = 0
  return (most) => (choices[at % choices.length]! + at++ * 7) % most
}

/** An equal expression: sides changed, products over sums carried out, powers written as products, 0 added. */
export function rewritten(shape: Shape, choices: readonly number[]): Shape {
  const choose = chooser(choices)
  const walk = (one: Shape, depth: number): Shape => {
    const again = (part: Shape) => walk(part, depth + 1)
    const which = choose(6)
    if (depth < 3 && which === 5) {
      const v = choose(9) + 1
      return { k: '+', a: { k: '+', a: again(one), b: { k: 'n', v } }, b: { k: '-', a: { k: 'n', v } } }
    }
    switch (one.k) {
      case '+':
        return which < 3 ? { k: '+', a: again(one.b), b: again(one.a) } : { k: '+', a: again(one.a), b: again(one.b) }
      case '*':
        if (which < 2 && one.b.k === '+')
          return {
            k: '+',
            a: { k: '*', a: again(one.a), b: again(one.b.a) },
            b: { k: '*', a: again(one.a), b: again(one.b.b) },
          }
        return { k: '*', a: again(one.b), b: again(one.a) }
      case '-':
        return which < 3 ? { k: '*', a: { k: '-', a: { k: 'n', v: 1 } }, b: again(one.a) } : { k: '-', a: again(one.a) }
      case '/':
        if (which < 2 && one.a.k === '+')
          return { k: '+', a: { k: '/', a: again(one.a.a), b: one.b }, b: { k: '/', a: again(one.a.b), b: one.b } }
        return which < 4
          ? { k: '*', a: { k: '/', a: { k: 'n', v: 1 }, b: one.b }, b: again(one.a) }
          : { k: '/', a: again(one.a), b: one.b }
      case '^': {
        if (which < 3 && depth < 3) {
          const base = again(one.a)
          const squared: Shape = { k: '*', a: base, b: base }
          return one.by === 2 ? squared : { k: '*', a: squared, b: base }
        }
        return { ...one, a: again(one.a) }
      }
      default:
        return one
    }
  }
  return walk(shape, 0)
}

/** One place changed: a number by one, a sign, an exponent, a letter, the scope of a bracket, an operator. */
export function mutant(shape: Shape, choices: readonly number[]): Shape {
  const nodes: Shape[] = []
  const count = (one: Shape): void => {
    nodes.push(one)
    if ('a' in one) count(one.a)
    if ('b' in one) count(one.b)
  }
  count(shape)
  const target = nodes[choices[0]! % nodes.length]!
  const which = choices[1]!
  const change = (one: Shape): Shape => {
    switch (one.k) {
      case 'n':
        return { k: 'n', v: which % 2 || one.v === 0 ? one.v + 1 : one.v - 1 }
      case 'x':
        return { k: 'x', name: one.name === 'x' ? 'y' : 'x' }
      case 'sqrt':
        return which % 2 ? { k: 'n', v: one.v } : { k: 'sqrt', v: one.v === 2 ? 3 : 2 }
      case '+':
        return which % 3 === 0
          ? one.a
          : which % 3 === 1
            ? { k: '+', a: one.a, b: { k: '-', a: one.b } }
            : { k: '*', a: one.a, b: one.b }
      case '*':
        // 2(x + 1) → 2x + 1
        return one.b.k === '+'
          ? { k: '+', a: { k: '*', a: one.a, b: one.b.a }, b: one.b.b }
          : { k: '+', a: one.a, b: one.b }
      case '-':
        return one.a
      case '/':
        return one.a.k === '+' ? { k: '+', a: one.a.a, b: { k: '/', a: one.a.b, b: one.b } } : one.a
      case '^':
        return { ...one, by: one.by + 1 }
    }
  }
  const walk = (one: Shape): Shape => {
    if (one === target) return change(one)
    const out = { ...one } as Record<string, unknown>
    if ('a' in one) out.a = walk(one.a)
    if ('b' in one) out.b = walk(one.b)
    return out as Shape
  }
  return walk(shape)
}

/** Whether two expressions differ clearly at one of a few points: worked out here, in doubles. */
export function different(one: Shape, two: Shape): boolean {
  return [
    { x: 1.37, y: 2.11, a: 0.73, n: 3.3 },
    { x: 2.9, y: 0.41, a: 1.9, n: 0.77 },
  ].some((at) => {
    const [left, right] = [value(one, at), value(two, at)]
    return Math.abs(left - right) > 1e-6 * Math.max(1, Math.abs(left), Math.abs(right))
  })
}

function value(one: Shape, at: Record<string, number>): number {
  switch (one.k) {
    case 'n':
      return one.v
    case 'x':
      return at[one.name]!
    case 'sqrt':
      return Math.sqrt(one.v)
    case '+':
      return value(one.a, at) + value(one.b, at)
    case '*':
      return value(one.a, at) * value(one.b, at)
    case '-':
      return -value(one.a, at)
    case '/':
      return value(one.a, at) / value(one.b, at)
    case '^':
      return value(one.a, at) ** one.by
  }
}

/** An expression as somebody writes it: \frac or /, \cdot, × or nothing, brackets of several kinds, spaces. */
export function text(shape: Shape, choices: readonly number[]): string {
  const choose = chooser(choices)
  const bracket = (inner: string) =>
    [`(${inner})`, `\\left(${inner}\\right)`, `( ${inner} )`, `{(${inner})}`][choose(4)]!
  const tight = (one: Shape): string => {
    const inner = walk(one)
    return one.k === '+' || one.k === '-' || one.k === '*' || one.k === '/' ? bracket(inner) : inner
  }
  const walk = (one: Shape): string => {
    switch (one.k) {
      case 'n':
        return String(one.v)
      case 'x':
        return one.name
      case 'sqrt':
        return [`\\sqrt{${one.v}}`, `√{${one.v}}`, `sqrt(${one.v})`, `\\sqrt ${one.v}`][choose(one.v < 10 ? 4 : 3)]!
      case '+': {
        const right = walk(one.b)
        const gap = ['', ' ', '\\, '][choose(3)]!
        if (one.b.k === '-') return `${walk(one.a)}${gap}-${gap}${tight(one.b.a)}`
        return `${walk(one.a)}${gap}+${gap}${right}`
      }
      case '*': {
        const sign = ['\\cdot ', ' \\times ', '*', '·'][choose(4)]!
        return `${tight(one.a)}${sign}${tight(one.b)}`
      }
      case '-':
        return `-${tight(one.a)}`
      case '/':
        return [
          `\\frac{${walk(one.a)}}{${walk(one.b)}}`,
          `\\dfrac{${walk(one.a)}}{${walk(one.b)}}`,
          `${tight(one.a)}/${tight(one.b)}`,
        ][choose(3)]!
      case '^': {
        const base = one.a.k === 'n' || one.a.k === 'x' ? walk(one.a) : bracket(walk(one.a))
        return [`${base}^${one.by}`, `${base}^{${one.by}}`, `${base}${one.by === 2 ? '²' : one.by === 3 ? '³' : '⁴'}`][
          choose(3)
        ]!
      }
    }
  }
  const whole = walk(shape)
  return [whole, `$${whole}$`, `\\displaystyle ${whole}`, `{${whole}}`][choose(4)]!
}

/** What answers are made of, in any order. */
const PIECES = [...pieces.characters, ...pieces.pieces]

export const tokens: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 14 })
  .map((pieces) => pieces.join(''))
