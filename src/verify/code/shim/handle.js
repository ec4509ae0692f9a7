// What the judge holds of a context: how steps ended, what was written, and values as JSON.
;(kit) => {
  const { show } = kit
  const stringify = JSON.stringify
  function text(value) {
    const seen = new Set()
    const walk = (item) => {
      if (item === undefined || item === null) return 'null'
      if (typeof item === 'bigint') return String(item)
      if (typeof item === 'number')
        return Number.isFinite(item) ? String(Object.is(item, -0) ? 0 : item) : stringify({ javascript: String(item) })
      if (typeof item === 'string' || typeof item === 'boolean') return stringify(item)
      if (typeof item !== 'object') return stringify({ javascript: typeof item })
      if (seen.has(item)) return stringify({ javascript: 'circular' })
      seen.add(item)
      let out
      if (Array.isArray(item) || ArrayBuffer.isView(item)) out = `[${Array.from(item, walk).join(',')}]`
      else if (item instanceof Map || item instanceof Set)
        out = stringify({ javascript: show(item, 0, [], false).slice(0, 200) })
      else
        out = `{${Object.keys(item)
          .filter((key) => item[key] !== undefined && typeof item[key] !== 'function')
          .map((key) => `${stringify(key)}:${walk(item[key])}`)
          .join(',')}}`
      seen.delete(item)
      return out
    }
    return walk(value)
  }
  // biome-ignore lint/security/noGlobalEval: inside the isolate, tests run and functions are found by it
  const evaluate = eval
  let settled
  let rejected
  let pending = false
  /** How a step or a promise failed. */
  const fault = (error) => {
    if (kit.overflow) return ['limit']
    if (kit.exited) return ['exit', kit.code()]
    const name = error?.name
    // An AssertionError that the program threw is an error of the program.
    if (!error?.remote && (name === 'AssertionError' || error?.code === 'ERR_ASSERTION'))
      return ['assertion', String(error.message).slice(0, 500)]
    return ['threw', String(error?.stack ?? error).slice(0, 2000)]
  }
  /** Runs a step and says how it ended; errors are told, not thrown, so that their kind survives. */
  const guard = (work) => {
    try {
      return ['ok', work()]
    } catch (error) {
      return fault(error)
    }
  }
  /** A value that a script ended in: where it is a promise, what it is rejected with is kept. */
  const watch = (value) => {
    if (!value || typeof value.then !== 'function') return
    pending = true
    value.then(
      () => {
        pending = false
      },
      (error) => {
        pending = false
        rejected = fault(error)
      },
    )
  }
  /** A value, or what a promise settles to; asked again after each tick. */
  const settle = (value) => {
    settled = undefined
    if (value && typeof value.then === 'function')
      value.then(
        (result) => {
          settled = ['value', text(result)]
        },
        (error) => {
          settled = ['threw', String(error?.stack ?? error).slice(0, 2000)]
        },
      )
    else settled = ['value', text(value)]
  }
  return {
    // After process.exit() nothing more happens.
    tick: () => guard(() => !kit.exited && !kit.overflow && kit.tick()),
    take: kit.take,
    code: kit.code,
    watch,
    rejected: () => rejected,
    pending: () => pending,
    serve: kit.serve,
    settledHere: kit.settledHere,
    settleThere: kit.settleThere,
    borrow: kit.borrow,
    test: (source) => guard(() => watch(evaluate(source))),
    call: (source, args) => guard(() => settle(evaluate(source)(...JSON.parse(args)))),
    settled: () => settled,
    /** What the program did to its own run, whatever it threw or caught afterwards. */
    state: () => (kit.overflow ? 'limit' : kit.exited ? 'exit' : 'running'),
  }
}
