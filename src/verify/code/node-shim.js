// What a contest program expects of Node, inside an isolate: console, stdin, timers, assert. Nothing leaves it.
// Evaluated once in every fresh context; the last expression is the handle that the judge holds.
;(() => {
  'use strict'
  const limit = globalThis.__limit
  const input = globalThis.__stdin
  delete globalThis.__limit
  delete globalThis.__stdin
  const written = []
  let size = 0
  let overflow = false
  const apply = Reflect.apply
  const push = written.push.bind(written)
  let exited = false
  // Errors, because only they cross the isolate's boundary when they are thrown at the top level.
  const EXIT = new Error('process.exit')
  const LIMIT = new Error('too much output')

  function write(text) {
    text = String(text)
    size += text.length
    if (size > limit) {
      overflow = true
      throw LIMIT
    }
    push(text)
    return true
  }

  // ---- console.log as Node prints it, for the values that programs print
  function quoted(text) {
    if (!text.includes("'")) return `'${text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}'`
    return text.includes('"') ? `\`${text}\`` : `"${text}"`
  }
  function show(value, depth, seen, top) {
    if (typeof value === 'string') return top ? value : quoted(value)
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'symbol') return value.toString()
    if (Object.is(value, -0)) return '-0'
    if (typeof value === 'function') return /^class\b/.test(Function.prototype.toString.call(value)) ? `[class ${value.name || '(anonymous)'}]` : `[Function${value.name ? `: ${value.name}` : ' (anonymous)'}]`
    if (value === null || typeof value !== 'object') return String(value)
    if (value instanceof Error) return value.stack && top ? value.stack : `[${value.name}: ${value.message}]`
    if (value instanceof Date) return value.toISOString()
    if (value instanceof RegExp) return String(value)
    if (seen.includes(value)) return '[Circular *1]'
    const inner = [...seen, value]
    const deep = depth > 2
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      const name = Array.isArray(value) ? '' : `${value.constructor.name}(${value.length}) `
      if (deep) return '[Array]'
      const parts = Array.from(value.slice(0, 100), (item) => show(item, depth + 1, inner, false))
      if (value.length > 100) parts.push(`... ${value.length - 100} more item${value.length === 101 ? '' : 's'}`)
      return name + braces('[', parts, ']', value.length > 6, parts.every((part) => /^-?[\d.]+n?$/.test(part)))
    }
    if (value instanceof Map) return `Map(${value.size}) ${deep ? '{…}' : braces('{', Array.from(value, ([k, v]) => `${show(k, depth + 1, inner, false)} => ${show(v, depth + 1, inner, false)}`), '}')}`
    if (value instanceof Set) return `Set(${value.size}) ${deep ? '{…}' : braces('{', Array.from(value, (v) => show(v, depth + 1, inner, false)), '}')}`
    if (value instanceof Promise) return 'Promise { <pending> }'
    const name = value.constructor?.name
    const prefix = Object.getPrototypeOf(value) === null ? '[Object: null prototype] ' : name && name !== 'Object' ? `${name} ` : ''
    if (deep) return prefix ? `[${prefix.trim()}]` : '[Object]'
    const parts = Object.keys(value).map((key) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)}: ${show(value[key], depth + 1, inner, false)}`)
    return prefix + braces('{', parts, '}')
  }
  function braces(open, parts, close, grouped = false, numeric = false) {
    if (parts.length === 0) return open + close
    // Node groups long arrays of short items in columns.
    if (grouped && parts.length > 6) {
      const widest = Math.max(...parts.map((part) => part.length)) + 2
      const total = parts.reduce((sum, part) => sum + part.length + 2, 0)
      if (widest * 3 + 2 < 80 && (total / widest > 5 || widest - 2 <= 6)) {
        const columns = Math.min(Math.round(Math.sqrt(2.5 * Math.max(widest - 2 - total / parts.length + 2, 1) * parts.length) / Math.max(widest - 2 - total / parts.length + 2, 1)), Math.floor((80 - 2) / widest), 16, 15)
        if (columns > 1) {
          const widths = []
          for (let i = 0; i < columns; i++) {
            let width = 0
            for (let j = i; j < parts.length; j += columns) width = Math.max(width, parts[j].length)
            widths.push(width + 2)
          }
          const rows = []
          for (let i = 0; i < parts.length; i += columns) {
            const row = parts.slice(i, i + columns)
            rows.push(row.map((part, j) => { const last = i + j === parts.length - 1; const text = last ? part : `${part}, `; return numeric ? text.padStart(last ? widths[j] - 2 : widths[j]) : j === row.length - 1 ? text : text.padEnd(widths[j]) }).join('').trimEnd())
          }
          return `${open}\n  ${rows.join('\n  ')}\n${close}`
        }
      }
    }
    const line = parts.join(', ')
    return line.length <= 72 && !line.includes('\n') ? `${open} ${line} ${close}` : `${open}\n  ${parts.map((part) => part.replace(/\n/g, '\n  ')).join(',\n  ')}\n${close}`
  }
  function format(args) {
    let [first, ...rest] = args
    if (typeof first === 'string' && rest.length && first.includes('%')) {
      first = first.replace(/%([sdifjoOc%])/g, (whole, kind) => {
        if (kind === '%') return '%'
        if (!rest.length) return whole
        const value = rest.shift()
        if (kind === 'd') return typeof value === 'bigint' ? `${value}n` : String(Number(value))
        if (kind === 'i') return String(Number.parseInt(value, 10))
        if (kind === 'f') return String(Number.parseFloat(value))
        if (kind === 'j') return JSON.stringify(value)
        if (kind === 'c') return ''
        return kind === 's' ? show(value, 1, [], true) : show(value, 0, [], false)
      })
    }
    return args.length === 0 ? '' : [typeof first === 'string' ? first : show(first, 0, [], true), ...rest.map((value) => show(value, 0, [], true))].join(' ')
  }
  const log = (...args) => void write(`${format(args)}\n`)
  const silent = () => {}
  globalThis.console = { log, info: log, debug: log, table: log, dir: (value) => log(value), error: silent, warn: silent, trace: silent, time: silent, timeEnd: silent, assert: silent, group: silent, groupEnd: silent }

  // ---- timers: nothing is waited for, the clock jumps to the next one
  let now = 0
  let next = 1
  let timers = []
  const schedule = (work, delay, args, every) => {
    if (typeof work !== 'function') throw new TypeError('The "callback" argument must be of type function.')
    const id = next++
    timers.push({ id, at: now + Math.max(every ? 1 : 0, Number(delay) || 0), work, args, every: every ? Math.max(1, Number(delay) || 1) : 0 })
    return Object.assign(Object.create({ ref() { return this }, unref() { timers = timers.filter((timer) => timer.id !== id); return this }, hasRef: () => true, [Symbol.toPrimitive]: () => id }), { id })
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
  /** Runs what is due first. false where nothing is left. */
  function tick() {
    if (!timers.length) return false
    let first = timers[0]
    for (const timer of timers) if (timer.at < first.at) first = timer
    now = Math.max(now, first.at)
    if (first.every) first.at += first.every
    else timers = timers.filter((timer) => timer !== first)
    apply(first.work, undefined, first.args)
    return timers.length > 0
  }

  // ---- stdin, events, streams
  function emitter(target) {
    const listeners = {}
    target.on = target.addListener = (name, work) => {
      ;(listeners[name] ??= []).push(work)
      target.began?.(name)
      return target
    }
    target.once = (name, work) => target.on(name, (...args) => { target.off(name, work); work(...args) })
    target.off = target.removeListener = (name, work) => { listeners[name] = (listeners[name] ?? []).filter((one) => one !== work); return target }
    target.removeAllListeners = () => { for (const name of Object.keys(listeners)) delete listeners[name]; return target }
    target.emit = (name, ...args) => { for (const work of [...(listeners[name] ?? [])]) apply(work, target, args); return !!listeners[name]?.length }
    target.listenerCount = (name) => listeners[name]?.length ?? 0
    return target
  }
  let flowing = false
  const stdin = emitter({ fd: 0, isTTY: false, setEncoding() { return stdin }, resume() { stdin.began('data'); return stdin }, pause() { return stdin }, ref() { return stdin }, unref() { return stdin }, pipe(to) { stdin.on('data', (chunk) => to.write?.(chunk)); return to } })
  let given = false
  stdin.read = () => { if (given || input === '') return null; given = true; return input }
  stdin.began = (name) => {
    if (flowing || !/^(?:data|end|readable|close)$/.test(name)) return
    flowing = true
    schedule(() => {
      if (stdin.listenerCount('readable')) { stdin.emit('readable'); stdin.emit('readable') }
      else if (input !== '') stdin.emit('data', input)
      stdin.emit('end')
      stdin.emit('close')
    }, 0, [], false)
  }
  stdin[Symbol.asyncIterator] = async function* () { if (input !== '') yield input }
  const lines = () => {
    const all = input.split(/\r?\n/)
    if (all[all.length - 1] === '') all.pop()
    return all
  }
  function createInterface() {
    const queue = lines()
    let closed = false
    let paused = false
    const asked = []
    const face = emitter({ setPrompt() {}, prompt() {}, pause() { paused = true; return face }, resume() { paused = false; if (started) schedule(deliver, 0, [], false); return face }, write() {} })
    let started = false
    const deliver = () => {
      while (!closed && !paused && queue.length) {
        if (asked.length) asked.shift()(queue.shift())
        else if (face.listenerCount('line')) face.emit('line', queue.shift())
        else return
      }
      if (!queue.length && !paused) face.close()
    }
    face.began = (name) => {
      if (started || (name !== 'line' && name !== 'close')) return
      started = true
      schedule(deliver, 0, [], false)
    }
    face.close = () => { if (!closed) { closed = true; face.emit('close') } }
    face.question = (text, options, work) => {
      if (typeof options === 'function') work = options
      write(text)
      if (work) {
        if (queue.length) { const line = queue.shift(); schedule(() => work(line), 0, [], false) }
        return undefined
      }
      return Promise.resolve(queue.shift() ?? '')
    }
    face[Symbol.asyncIterator] = async function* () { while (queue.length && !closed) yield queue.shift() }
    return face
  }
  const notThere = (what) => { throw Object.assign(new Error(`ENOENT: no such file or directory, open '${what}'`), { code: 'ENOENT' }) }
  const readFileSync = (file) => (file === 0 || file === '/dev/stdin' || file === '/proc/self/fd/0' ? Object.assign(new String(input), {}).valueOf() : notThere(file))

  // ---- assert
  class AssertionError extends Error {
    constructor(message) { super(message); this.name = 'AssertionError'; this.code = 'ERR_ASSERTION' }
  }
  function same(a, b, strict) {
    if (strict ? Object.is(a, b) : a == b || (Number.isNaN(a) && Number.isNaN(b))) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
    if (Array.isArray(a) !== Array.isArray(b)) return false
    if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
    if (a instanceof Map && b instanceof Map) return a.size === b.size && [...a].every(([k, v]) => b.has(k) && same(v, b.get(k), strict))
    if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((v) => b.has(v) || [...b].some((w) => same(v, w, strict)))
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], strict))
  }
  const fail = (message, usual) => { if (message instanceof Error) throw message; throw new AssertionError(message ?? usual) }
  const assert = (value, message) => { if (!value) fail(message, 'The expression evaluated to a falsy value') }
  const compare = (strict, want) => (a, b, message) => { if (same(a, b, strict) !== want) fail(message, `Expected values to be ${want ? '' : 'un'}equal: ${show(a, 0, [], false)} and ${show(b, 0, [], false)}`) }
  Object.assign(assert, {
    ok: assert, equal: (a, b, m) => { if (!(a == b || (Number.isNaN(a) && Number.isNaN(b)))) fail(m, `${show(a, 0, [], false)} == ${show(b, 0, [], false)}`) }, notEqual: (a, b, m) => { if (a == b) fail(m, 'values are equal') },
    strictEqual: (a, b, m) => { if (!Object.is(a, b)) fail(m, `${show(a, 0, [], false)} !== ${show(b, 0, [], false)}`) }, notStrictEqual: (a, b, m) => { if (Object.is(a, b)) fail(m, 'values are equal') },
    deepEqual: compare(false, true), notDeepEqual: compare(false, false), deepStrictEqual: compare(true, true), notDeepStrictEqual: compare(true, false),
    fail: (m) => fail(m, 'Failed'), throws: (work, m) => { try { work() } catch { return } fail(typeof m === 'string' ? m : undefined, 'Missing expected exception.') }, doesNotThrow: (work) => work(), AssertionError,
  })
  assert.strict = assert

  const modules = {
    fs: { readFileSync, writeSync: (_fd, text) => write(text), writeFileSync: (file, text) => (file === 1 || file === '/dev/stdout' ? write(text) : notThere(file)), existsSync: () => false, promises: { readFile: async (file) => readFileSync(file) } },
    readline: { createInterface },
    assert,
    util: { inspect: (value) => show(value, 0, [], false), format: (...args) => format(args), promisify: (work) => (...args) => new Promise((done, broke) => work(...args, (error, value) => (error ? broke(error) : done(value)))), isDeepStrictEqual: (a, b) => same(a, b, true) },
    events: class EventEmitter { constructor() { emitter(this) } },
    os: { EOL: '\n' },
    perf_hooks: { performance: { now: () => now } },
    process: undefined,
  }
  modules['fs/promises'] = modules.fs.promises
  modules['readline/promises'] = { createInterface: () => { const face = createInterface(); return face } }
  modules['assert/strict'] = assert
  modules.events.EventEmitter = modules.events
  let code = 0
  const exit = (status) => {
    if (status !== undefined) code = Number(status) || 0
    exited = true
    throw EXIT
  }
  const process = emitter({ stdin, stdout: emitter({ write, end: silent, isTTY: false, columns: 80 }), stderr: { write: () => true }, argv: ['node', 'main.js'], env: {}, platform: 'linux', pid: 1, version: 'v22.0.0', versions: { node: '22.0.0' }, exit, nextTick: (work, ...args) => void Promise.resolve().then(() => work(...args)), hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }), memoryUsage: () => ({ heapUsed: 0, rss: 0 }), uptime: () => 0, cwd: () => '/', get exitCode() { return code }, set exitCode(value) { code = Number(value) || 0 } })
  modules.process = process
  globalThis.process = process
  globalThis.module = { exports: {} }
  globalThis.exports = globalThis.module.exports
  globalThis.require = (name) => {
    const short = String(name).replace(/^node:/, '')
    if (Object.hasOwn(modules, short)) return modules[short]
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
  Object.defineProperty(globalThis, 'alert', { value: log, configurable: true, writable: true })

  // ---- values out
  const stringify = JSON.stringify
  function text(value) {
    const seen = new Set()
    const walk = (item) => {
      if (item === undefined || item === null) return 'null'
      if (typeof item === 'bigint') return String(item)
      if (typeof item === 'number') return Number.isFinite(item) ? String(Object.is(item, -0) ? 0 : item) : stringify({ javascript: String(item) })
      if (typeof item === 'string' || typeof item === 'boolean') return stringify(item)
      if (typeof item !== 'object') return stringify({ javascript: typeof item })
      if (seen.has(item)) return stringify({ javascript: 'circular' })
      seen.add(item)
      let out
      if (Array.isArray(item) || ArrayBuffer.isView(item)) out = `[${Array.from(item, walk).join(',')}]`
      else if (item instanceof Map || item instanceof Set) out = stringify({ javascript: show(item, 0, [], false).slice(0, 200) })
      else out = `{${Object.keys(item).filter((key) => item[key] !== undefined && typeof item[key] !== 'function').map((key) => `${stringify(key)}:${walk(item[key])}`).join(',')}}`
      seen.delete(item)
      return out
    }
    return walk(value)
  }
  let settled
  return {
    tick,
    text,
    take: () => written.join(''),
    /** What the program did to its own run, whatever it threw or caught afterwards. */
    state: () => (overflow ? 'limit' : exited ? 'exit' : 'running'),
    code: () => code,
    /** Runs a step and says how it ended; errors are told, not thrown, so that their kind survives. */
    guard: (work) => {
      try {
        return ['ok', work()]
      } catch (error) {
        if (overflow) return ['limit']
        if (exited) return ['exit', code]
        const name = error?.name
        if (name === 'AssertionError' || error?.code === 'ERR_ASSERTION') return ['assertion', String(error.message).slice(0, 500)]
        return ['threw', String(error?.stack ?? error).slice(0, 2000)]
      }
    },
    /** A value, or what a promise settles to; asked again after each tick. */
    settle: (value) => {
      settled = undefined
      if (value && typeof value.then === 'function') value.then((result) => { settled = ['value', text(result)] }, (error) => { settled = ['threw', String(error?.stack ?? error).slice(0, 2000)] })
      else settled = ['value', text(value)]
    },
    settled: () => settled,
  }
})()
