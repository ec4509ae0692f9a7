// Values between the isolate of a program and that of its test: data as copies, the rest as stand-ins.
;(kit) => {
  const { apply, construct, ownKeys } = Reflect
  // biome-ignore lint/security/noGlobalEval: inside the isolate, names of the program are found by it
  const evaluate = eval
  const isArray = Array.isArray
  const prototypeOf = Object.getPrototypeOf
  const entries = Object.entries
  const has = Object.hasOwn
  const simple = (value) => value === null || (typeof value !== 'object' && typeof value !== 'function')

  // What cannot be copied stays here, under a number.
  const kept = []
  const numbers = new Map()
  const keep = (value) => {
    if (!numbers.has(value)) {
      numbers.set(value, kept.length)
      kept.push(value)
    }
    return numbers.get(value)
  }
  /** What this side holds of the other side's, by their number there, and back. */
  const standIns = new Map()
  const numberOf = new Map()

  /** A value as arrays of primitives: [tag, …]. */
  function encode(value, above = []) {
    if (simple(value)) return typeof value === 'symbol' ? ['y', value.description] : ['v', value]
    if (numberOf.has(value)) return ['b', numberOf.get(value)]
    // A function of the test goes over as its text: the program's isolate cannot call back into a test that waits.
    if (typeof value === 'function' && send) return ['t', Function.prototype.toString.call(value)]
    if (typeof value === 'function') return ['f', keep(value), value.name, value.length]
    if (typeof value.then === 'function') return ['p', promised(value)]
    if (above.includes(value)) return ['@', above.indexOf(value)]
    const inner = [...above, value]
    if (isArray(value)) {
      if (value.every(simple)) return ['v', value]
      return ['a', Array.from(value, (item) => encode(item, inner))]
    }
    if (value instanceof Map)
      return ['m', Array.from(value, ([key, item]) => [encode(key, inner), encode(item, inner)])]
    if (value instanceof Set) return ['s', Array.from(value, (item) => encode(item, inner))]
    if (value instanceof Date) return ['d', value.getTime()]
    if (value instanceof RegExp) return ['x', value.source, value.flags]
    if (value instanceof Error) return ['e', String(value.name), String(value.message), String(value.stack)]
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return ['v', value]
    const prototype = prototypeOf(value)
    if (prototype === Object.prototype || prototype === null)
      return ['o', entries(value).map(([key, item]) => [key, encode(item, inner)])]
    return [
      'i',
      keep(value),
      prototype.constructor?.name ?? '',
      entries(value).map(([key, item]) => [key, simple(item) ? ['v', item] : ['v', undefined]]),
    ]
  }

  function decode(told, above = []) {
    const [tag, one, two] = told
    if (tag === 'v') return one
    if (tag === 'y') return Symbol(one)
    if (tag === 'b') return kept[one]
    if (tag === '@') return above[one]
    if (tag === 'f') return standIn(one, () => callable(one, two))
    if (tag === 't') return evaluate(`(${one})`)
    if (tag === 'p')
      return standIn(`promise ${one}`, () => new Promise((done, broke) => waiting.set(one, [done, broke])))
    if (tag === 'd') return new Date(one)
    if (tag === 'x') return new RegExp(one, two)
    if (tag === 'e') return errorOf(told)
    if (tag === 'i') return standIn(one, () => object(one, two))
    const made = tag === 'a' ? [] : tag === 'm' ? new Map() : tag === 's' ? new Set() : {}
    const inner = [...above, made]
    for (const item of one) {
      if (tag === 'a') made.push(decode(item, inner))
      else if (tag === 's') made.add(decode(item, inner))
      else if (tag === 'm') made.set(decode(item[0], inner), decode(item[1], inner))
      else
        Object.defineProperty(made, item[0], {
          value: decode(item[1], inner),
          enumerable: true,
          writable: true,
          configurable: true,
        })
    }
    return made
  }

  function standIn(key, make) {
    if (!standIns.has(key)) {
      const made = make()
      standIns.set(key, made)
      if (typeof key === 'number') numberOf.set(made, key)
    }
    return standIns.get(key)
  }

  const BUILT_IN = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError }
  function errorOf([, name, message, stack]) {
    const error = new (has(BUILT_IN, name) ? BUILT_IN[name] : Error)(message)
    if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true })
    Object.defineProperty(error, 'stack', { value: stack, configurable: true })
    return error
  }

  // Promises: settled ones are told to the other side between two ticks.
  const waiting = new Map()
  let settled = []
  let promises = 0
  function promised(value) {
    const id = promises++
    const tell = (how) => (result) => {
      settled.push([id, how, encode(result)])
    }
    value.then(tell('done'), tell('broke'))
    return id
  }

  /** What the other side asks of this one. Answers; never throws. */
  function serve([what, target, ...given]) {
    try {
      if (what === 'has') return ['done', ['v', target.filter((name) => find(name) !== undefined)]]
      if (what === 'global') return ['done', encode(find(target))]
      const thing = kept[target]
      if (what === 'get') return ['done', encode(thing[given[0]])]
      if (what === 'set') thing[given[0]] = decode(given[1])
      if (what === 'keys') return ['done', ['v', ownKeys(thing).filter((key) => typeof key === 'string')]]
      if (what === 'in') return ['done', ['v', given[0] in thing]]
      if (what !== 'call' && what !== 'new') return ['done', ['v', undefined]]
      const args = given[1].map((arg) => decode(arg))
      const before = given[1].map((arg) => JSON_OF(arg))
      const value = what === 'new' ? construct(thing, args) : apply(thing, decode(given[0]), args)
      // Arguments that it changed in place go back.
      const after = args.map((arg, k) =>
        simple(arg) || numberOf.has(arg) || typeof arg === 'function' ? undefined : changed(before[k], encode(arg)),
      )
      return ['done', encode(value), after]
    } catch (error) {
      if (kit.overflow || kit.exited) return ['left']
      return ['threw', encode(error)]
    }
  }
  const JSON_OF = (told) =>
    JSON.stringify(told, (_key, value) =>
      typeof value === 'bigint' ? `${value}n` : value === undefined ? 'undefined' : value,
    )
  const changed = (before, told) => (JSON_OF(told) === before ? undefined : told)

  const NAME = /^[A-Za-z_$][\w$]*$/
  function find(name) {
    if (!NAME.test(name)) return undefined
    try {
      const value = evaluate(`typeof ${name} === 'undefined' ? undefined : ${name}`)
      return value ?? globalThis.module?.exports?.[name]
    } catch {
      // A word of the language, or a name that is not yet set.
      return undefined
    }
  }

  // The other side, as it is asked from here.
  let send
  function ask(...message) {
    const [how, told, after] = send(message)
    if (how === 'left') throw Object.assign(new Error('the program left'), { remote: true })
    if (how === 'threw') {
      const error = decode(told)
      if (typeof error === 'object' && error !== null)
        Object.defineProperty(error, 'remote', { value: true, configurable: true })
      throw error
    }
    return [told, after]
  }

  function called(what, number, self, args) {
    const [told, after] = ask(
      what,
      number,
      self,
      args.map((arg) => encode(arg)),
    )
    after?.forEach((state, k) => {
      if (state !== undefined && state !== null) overwrite(args[k], decode(state))
    })
    return decode(told)
  }

  function overwrite(old, now) {
    if (isArray(old) && isArray(now)) {
      // Rows that are still rows stay the arrays that they were.
      for (const [k, item] of now.entries()) {
        if (isArray(old[k]) && isArray(item)) overwrite(old[k], item)
        else old[k] = item
      }
      old.length = now.length
    } else if (old instanceof Map || old instanceof Set) {
      old.clear()
      if (old instanceof Map) now.forEach((item, key) => void old.set(key, item))
      else now.forEach((item) => void old.add(item))
    } else if (typeof old === 'object' && typeof now === 'object') {
      for (const key of Object.keys(old)) if (!has(now, key)) delete old[key]
      Object.assign(old, now)
    }
  }

  const callable = (number, name) => {
    const target = {
      [name]: function (...args) {
        return new.target
          ? called('new', number, ['v', undefined], args)
          : called('call', number, encode(this === globalThis ? undefined : this), args)
      },
    }[name]
    return new Proxy(target, {
      get: (it, key) =>
        typeof key === 'symbol' || key === 'prototype' || key in Function.prototype
          ? Reflect.get(it, key)
          : decode(ask('get', number, key)[0]),
    })
  }

  const object = (number, name) =>
    new Proxy(
      {},
      {
        get: (_it, key) => {
          if (typeof key === 'symbol' || key === 'then') return undefined
          return key === 'constructor' ? { name } : decode(ask('get', number, key)[0])
        },
        set: (_it, key, value) => {
          ask('set', number, key, encode(value))
          return true
        },
        has: (_it, key) => typeof key === 'string' && ask('in', number, key)[0][1],
        ownKeys: () => ask('keys', number)[0][1],
        getOwnPropertyDescriptor: (_it, key) =>
          typeof key === 'string' && ask('keys', number)[0][1].includes(key)
            ? { value: decode(ask('get', number, key)[0]), enumerable: true, configurable: true, writable: true }
            : undefined,
      },
    )

  Object.assign(kit, {
    serve,
    /** What has settled here since it was last asked for. */
    settledHere: () => {
      const all = settled
      settled = []
      return all
    },
    /** Promises of the other side that have settled. */
    settleThere: (all) => {
      for (const [id, how, told] of all) waiting.get(id)?.[how === 'done' ? 0 : 1](decode(told))
    },
    waits: () => waiting.size > 0,
    /** Puts stand-ins on the global for the names that the other side has; those that stand here already stay. */
    borrow: (reference, names) => {
      send = (message) => reference.applySyncPromise(undefined, [message], { arguments: { copy: true } })
      const free = names.filter((name) => NAME.test(name) && !(name in globalThis))
      for (const name of ask('has', free)[0][1])
        Object.defineProperty(globalThis, name, {
          configurable: true,
          enumerable: false,
          get: () => decode(ask('global', name)[0]),
          set: (value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true }),
        })
    },
  })
}
