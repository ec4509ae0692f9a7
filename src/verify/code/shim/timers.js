// Timers without waiting: the clock jumps to whatever is due next.
;(kit) => {
  const { apply } = Reflect
  let now = 0
  let next = 1
  let timers = []
  const schedule = (work, delay, args, every) => {
    if (typeof work !== 'function') throw new TypeError('The "callback" argument must be of type function.')
    const id = next++
    timers.push({
      id,
      at: now + Math.max(every ? 1 : 0, Number(delay) || 0),
      work,
      args,
      every: every ? Math.max(1, Number(delay) || 1) : 0,
    })
    return Object.assign(
      Object.create({
        ref() {
          return this
        },
        unref() {
          timers = timers.filter((timer) => timer.id !== id)
          return this
        },
        hasRef: () => true,
        [Symbol.toPrimitive]: () => id,
      }),
      { id },
    )
  }
  const cancel = (handle) => {
    const id = typeof handle === 'object' && handle ? handle.id : handle
    timers = timers.filter((timer) => timer.id !== id)
  }
  Object.assign(globalThis, {
    setTimeout: (work, delay, ...args) => schedule(work, delay, args, false),
    setInterval: (work, delay, ...args) => schedule(work, delay, args, true),
    setImmediate: (work, ...args) => schedule(work, 0, args, false),
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
    queueMicrotask: (work) => void Promise.resolve().then(work),
    structuredClone: (value) => JSON.parse(JSON.stringify(value)),
    performance: { now: () => now },
    global: globalThis,
  })
  const nextDue = () => timers.reduce((least, timer) => Math.min(least, timer.at), Infinity)
  /** Runs what is due first; gives the time of what is due next, in milliseconds, or false where nothing is left. */
  function tick() {
    if (!timers.length) return false
    let first = timers[0]
    for (const timer of timers) if (timer.at < first.at) first = timer
    now = Math.max(now, first.at)
    if (first.every) first.at += first.every
    else timers = timers.filter((timer) => timer !== first)
    apply(first.work, undefined, first.args)
    return timers.length ? nextDue() : false
  }
  Object.assign(kit, { schedule, tick, now: () => now })
}
