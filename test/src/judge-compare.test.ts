// When two outputs are one, by which rule, and which rules a problem has to ask for.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson, sameDecimal, sameOutput, sameValue } from '../../src/verify/code/compare.js'

describe('two outputs', () => {
  it.each<[string, string, string, string | undefined]>([
    ['the same bytes', 'a b\n', 'a b\n', 'exact'],
    ['no line end', 'a\n', 'a', 'lines'],
    ['CR LF', 'a\nb\n', 'a\r\nb\r\n', 'lines'],
    ['a byte order mark', '\ufeff1\n', '1\n', 'lines'],
    ['a no-break space at the end', '1\n2', '1\u00a0\n2', 'lines'],
    ['blank lines around', '1', '\n\n1\n\n', 'lines'],
    ['a blank line inside', '1\n2', '1\n\n2', undefined],
    ['two spaces for one', '1  2', '1 2', 'tokens'],
    ['a tab for a space', '1\t2', '1 2', 'tokens'],
    ['1e3 and 1000', '1000', '1e3', 'tokens'],
    ['1.50 and 1.5', '1.50', '1.5', 'tokens'],
    ['-0 and 0', '0', '-0', 'tokens'],
    ['-0.0 and 0', '0', '-0.0', 'tokens'],
    ['+5 and 5', '5', '+5', 'tokens'],
    ['007 and 7', '7', '007', 'tokens'],
    ['.5 and 0.5', '0.5', '.5', 'tokens'],
    ['hexadecimal', '16', '0x10', undefined],
    ['thousands by commas', '1000', '1,000', undefined],
    ['thousands by underscores', '1000', '1_000', undefined],
    ['digits of another script', '3', '٣', undefined],
    ['NaN and NaN', 'nan', 'nan', 'exact'],
    ['NaN and nan', 'NaN', 'nan', undefined],
    ['infinities', 'inf', 'Infinity', undefined],
    ['a full-width digit', '1', '１', undefined],
    ['composed and decomposed letters', 'é', 'e\u0301', undefined],
    ['YES and Yes', 'YES', 'Yes', undefined],
    ['YES and yes after a number', '1 YES', '1 yes', undefined],
    ['a part of the lines', '1\n2\n3', '1\n2', undefined],
    ['more lines', '1\n2', '1\n2\n3', undefined],
    ['lines in another order', '1\n2', '2\n1', undefined],
    ['tokens in another order', '1 2', '2 1', undefined],
    ['the same set of tokens', '1 2 2', '1 1 2', undefined],
    ['lines joined', '1\n2', '1 2', undefined],
    ['numbers joined', '12 3', '1 23', undefined],
    ['off by one in 10^6', '1000000', '1000001', undefined],
    ['off by one in 10^40', `1${'0'.repeat(40)}`, `1${'0'.repeat(39)}1`, undefined],
    ['1/3 to six and to nine places', '0.333333', '0.333333333', undefined],
    ['a list and its items', '[1, 2]', '1 2', undefined],
    ['nothing and nothing', '', '\n', 'lines'],
    ['nothing and something', '', '0', undefined],
    ['something and nothing', '0', '', undefined],
  ])('%s', (_name, expected, got, rule) => {
    expect(sameOutput(expected, got)).toBe(rule)
  })

  it('differ in case or in the last places only where the problem says that it does not matter', () => {
    expect(sameOutput('YES\n1', 'Yes\n1.0', { ignoreCase: true })).toBe('case')
    expect(sameOutput('0.333333', '0.333333333', { tolerance: 1e-6 })).toBe('tolerance')
    expect(sameOutput('1000000.5', '1000000.6', { tolerance: 1e-6 })).toBe('tolerance')
    expect(sameOutput('1', '1.0000005', { tolerance: 1e-6 })).toBe('tolerance')
    expect(sameOutput('YES 0.5', 'yes 0.5000001', { tolerance: 1e-6, ignoreCase: true })).toBe('tolerance')
    for (const [a, b] of [
      ['1000000', '1000001'],
      ['0.5', '0.51'],
      ['0.5', 'nan'],
      ['0.5', 'inf'],
      ['0.5 0.5', '0.5'],
      ['0.5', '0,5'],
      ['No', 'Yes'],
    ] as const)
      expect(sameOutput(a, b, { tolerance: 1e-6, ignoreCase: true }), `${a} ${b}`).toBeUndefined()
  })

  it('are compared as the plain definition says, whatever they are', () => {
    const piece = fc.constantFrom(
      '1',
      '1.0',
      '10e-1',
      '2',
      'a',
      'A',
      ' ',
      '  ',
      '\n',
      '\n\n',
      '\r\n',
      '\t',
      '-0',
      '0',
      '',
    )
    const plain = (expected: string, got: string): boolean => {
      const lines = (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line) => line.trim())
      const [left, right] = [lines(expected), lines(got)]
      return (
        left.length === right.length &&
        left.every((line, k) => {
          const [a, b] = [line.split(/\s+/), right[k]!.split(/\s+/)]
          return a.length === b.length && a.every((token, n) => token === b[n] || sameDecimal(token, b[n]!))
        })
      )
    }
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sameOutput(a, b) !== undefined).toBe(plain(a, b))
        expect(sameOutput(b, a) !== undefined).toBe(plain(a, b))
        expect(sameOutput(a, a)).toBe('exact')
      }),
      { numRuns: 3000 },
    )
  })

  it('of 50 MB need no second copy', () => {
    const line = '123456789\n'
    const expected = line.repeat(5_000_000)
    const got = expected.replace(/\n$/, '')
    expect(sameOutput(expected, got)).toBe('lines')
    const before = process.memoryUsage()
    expect(sameOutput(expected, `${got.slice(0, -1)}8`)).toBeUndefined()
    const after = process.memoryUsage()
    // The lines of both as arrays of strings would be some 800 MB.
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(200e6)
  })
})

describe('two values', () => {
  it('take a tolerance only where there is one, and never between whole numbers', () => {
    expect(sameValue([0.5, { a: 1 }], [0.5000001, { a: 1 }])).toBeUndefined()
    expect(sameValue([0.5, { a: 1 }], [0.5000001, { a: 1 }], { tolerance: 1e-6 })).toBe('tolerance')
    expect(sameValue([1000000], [1000001], { tolerance: 1e-6 })).toBeUndefined()
    expect(sameValue([0.5], 0.5000001, { tolerance: 1e-6 })).toBe('tolerance')
  })
  it('do not take what an object inherits for its own', () => {
    expect(sameValue({ toString: 1 }, { a: 1 })).toBeUndefined()
    expect(sameValue(JSON.parse('{"__proto__": 1}'), { a: 1 })).toBeUndefined()
  })
})

describe('comparison, outside of the sandbox', () => {
  it('names the rule that made two outputs one', () => {
    expect(sameOutput('1 2\n', '1 2\n')).toBe('exact')
    expect(sameOutput('1\n2\n', ' 1 \n2\n\n')).toBe('lines')
    expect(sameOutput('1.50 2', '1.5 20e-1')).toBe('tokens')
    expect(sameOutput('0.0', '-0.0')).toBe('tokens')
  })
  it('never compares sets of tokens, nor with a tolerance', () => {
    for (const [a, b] of [
      ['1 2 2', '1 1 2'],
      ['1\n2', '2\n1'],
      ['3 4', '3'],
      ['1000000', '1000001'],
      ['50000000000000000', '50000000000000001'],
      ['0.3333333', '0.33333333'],
      ['1 2 3', '1\n2\n3'],
      ['5', 'Answer: 5'],
    ] as const)
      expect(sameOutput(a, b), `${a} against ${b}`).toBeUndefined()
  })
  it('compares values as Python does, whole numbers in full', () => {
    expect(
      sameValue(parseJson('1000000000000000000000000000001'), parseJson('1000000000000000000000000000000')),
    ).toBeUndefined()
    expect(sameValue(parseJson('[1, 2.0, {"a": null}]'), parseJson('[1.0, 2, {"a": null}]'))).toBe('value')
    expect(sameValue(1, true)).toBe('value')
    expect(sameValue([true], true)).toBe('unwrapped')
    expect(sameValue('1', 1)).toBeUndefined()
    expect(sameValue({ a: 1 }, { a: 1, b: 2 })).toBeUndefined()
    expect(sameValue(0.3, 0.1 + 0.2)).toBeUndefined()
  })
})
