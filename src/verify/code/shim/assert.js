// node:assert, as far as tests of programs use it.
;(kit) => {
  const { show } = kit
  class AssertionError extends Error {
    constructor(message) {
      super(message)
      this.name = 'AssertionError'
      this.code = 'ERR_ASSERTION'
    }
  }
  // biome-ignore lint/suspicious/noDoubleEquals: assert.equal is defined by ==
  const loose = (a, b) => a == b || (Number.isNaN(a) && Number.isNaN(b))
  function same(a, b, strict) {
    if (strict ? Object.is(a, b) : loose(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
    if (Array.isArray(a) !== Array.isArray(b)) return false
    if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
    if (a instanceof Map && b instanceof Map)
      return a.size === b.size && [...a].every(([k, v]) => b.has(k) && same(v, b.get(k), strict))
    if (a instanceof Set && b instanceof Set)
      return a.size === b.size && [...a].every((v) => b.has(v) || [...b].some((w) => same(v, w, strict)))
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], strict))
    )
  }
  const fail = (message, usual) => {
    if (message instanceof Error) throw message
    throw new AssertionError(message ?? usual)
  }
  const assert = (value, message) => {
    if (!value) fail(message, 'The expression evaluated to a falsy value')
  }
  const compare = (strict, want) => (a, b, message) => {
    if (same(a, b, strict) !== want)
      fail(
        message,
        `Expected values to be ${want ? '' : 'un'}equal: ${show(a, 0, [], false)} and ${show(b, 0, [], false)}`,
      )
  }
  Object.assign(assert, {
    ok: assert,
    equal: (a, b, m) => {
      if (!loose(a, b)) fail(m, `${show(a, 0, [], false)} == ${show(b, 0, [], false)}`)
    },
    notEqual: (a, b, m) => {
      if (loose(a, b)) fail(m, 'values are equal')
    },
    strictEqual: (a, b, m) => {
      if (!Object.is(a, b)) fail(m, `${show(a, 0, [], false)} !== ${show(b, 0, [], false)}`)
    },
    notStrictEqual: (a, b, m) => {
      if (Object.is(a, b)) fail(m, 'values are equal')
    },
    deepEqual: compare(false, true),
    notDeepEqual: compare(false, false),
    deepStrictEqual: compare(true, true),
    notDeepStrictEqual: compare(true, false),
    fail: (m) => fail(m, 'Failed'),
    throws: (work, m) => {
      try {
        work()
      } catch {
        return
      }
      fail(typeof m === 'string' ? m : undefined, 'Missing expected exception.')
    },
    doesNotThrow: (work) => work(),
    AssertionError,
  })
  assert.strict = assert
  Object.assign(kit, { assert: Object.freeze(assert), same })
}
