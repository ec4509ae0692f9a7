// console.log as Node prints it, for the values that programs print; what is written is kept up to a limit.
;(kit) => {
  const written = []
  const push = written.push.bind(written)
  let size = 0
  // An error, because only errors cross the isolate's boundary when they are thrown at the top level.
  const LIMIT = new Error('too much output')
  kit.overflow = false
  kit.take = () => written.join('')
  const write = (text) => {
    text = String(text)
    size += text.length
    if (size > kit.limit) {
      kit.overflow = true
      throw LIMIT
    }
    push(text)
    return true
  }
  function quoted(text) {
    if (!text.includes("'")) return `'${text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\t/g, '\\t')}'`
    return text.includes('"') ? `\`${text}\`` : `"${text}"`
  }
  /** The first hundred items; places that were never set are counted together. */
  function items(list, each) {
    const parts = []
    let empty = 0
    const close = () => {
      if (empty) parts.push(`<${empty} empty item${empty === 1 ? '' : 's'}>`)
      empty = 0
    }
    for (let k = 0; k < Math.min(list.length, 100); k++) {
      if (k in list) {
        close()
        parts.push(each(list[k]))
      } else empty++
    }
    close()
    return parts
  }
  function show(value, depth, seen, top) {
    if (typeof value === 'string') return top ? value : quoted(value)
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'symbol') return value.toString()
    if (Object.is(value, -0)) return '-0'
    if (typeof value === 'function')
      return /^class\b/.test(Function.prototype.toString.call(value))
        ? `[class ${value.name || '(anonymous)'}]`
        : `[Function${value.name ? `: ${value.name}` : ' (anonymous)'}]`
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
      const parts = Array.isArray(value)
        ? items(value, (item) => show(item, depth + 1, inner, false))
        : Array.from(value.slice(0, 100), (item) => show(item, depth + 1, inner, false))
      if (value.length > 100) parts.push(`... ${value.length - 100} more item${value.length === 101 ? '' : 's'}`)
      return (
        name +
        braces(
          '[',
          parts,
          ']',
          value.length > 6,
          parts.every((part) => /^-?[\d.]+n?$/.test(part)),
        )
      )
    }
    if (value instanceof Map)
      return `Map(${value.size}) ${
        deep
          ? '{…}'
          : braces(
              '{',
              Array.from(
                value,
                ([k, v]) => `${show(k, depth + 1, inner, false)} => ${show(v, depth + 1, inner, false)}`,
              ),
              '}',
            )
      }`
    if (value instanceof Set)
      return `Set(${value.size}) ${
        deep
          ? '{…}'
          : braces(
              '{',
              Array.from(value, (v) => show(v, depth + 1, inner, false)),
              '}',
            )
      }`
    if (value instanceof Promise) return 'Promise { <pending> }'
    const name = value.constructor?.name
    const prefix =
      Object.getPrototypeOf(value) === null ? '[Object: null prototype] ' : name && name !== 'Object' ? `${name} ` : ''
    if (deep) return prefix ? `[${prefix.trim()}]` : '[Object]'
    const parts = Object.keys(value).map(
      (key) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)}: ${show(value[key], depth + 1, inner, false)}`,
    )
    return prefix + braces('{', parts, '}')
  }
  function braces(open, parts, close, grouped = false, numeric = false) {
    if (parts.length === 0) return open + close
    // Node groups long arrays of short items in columns.
    if (grouped && parts.length > 6) {
      const widest = Math.max(...parts.map((part) => part.length)) + 2
      const total = parts.reduce((sum, part) => sum + part.length + 2, 0)
      if (widest * 3 + 2 < 80 && (total / widest > 5 || widest - 2 <= 6)) {
        const columns = Math.min(
          Math.round(
            Math.sqrt(2.5 * Math.max(widest - 2 - total / parts.length + 2, 1) * parts.length) /
              Math.max(widest - 2 - total / parts.length + 2, 1),
          ),
          Math.floor((80 - 2) / widest),
          16,
          15,
        )
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
            rows.push(
              row
                .map((part, j) => {
                  const last = i + j === parts.length - 1
                  const text = last ? part : `${part}, `
                  return numeric
                    ? text.padStart(last ? widths[j] - 2 : widths[j])
                    : j === row.length - 1
                      ? text
                      : text.padEnd(widths[j])
                })
                .join('')
                .trimEnd(),
            )
          }
          return `${open}\n  ${rows.join('\n  ')}\n${close}`
        }
      }
    }
    const line = parts.join(', ')
    return line.length <= 72 && !line.includes('\n')
      ? `${open} ${line} ${close}`
      : `${open}\n  ${parts.map((part) => part.replace(/\n/g, '\n  ')).join(',\n  ')}\n${close}`
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
    return args.length === 0
      ? ''
      : [
          typeof first === 'string' ? first : show(first, 0, [], true),
          ...rest.map((value) => show(value, 0, [], true)),
        ].join(' ')
  }
  const log = (...args) => void write(`${format(args)}\n`)
  const silent = () => {}
  globalThis.console = {
    log,
    info: log,
    debug: log,
    table: log,
    dir: (value) => log(value),
    error: silent,
    warn: silent,
    trace: silent,
    time: silent,
    timeEnd: silent,
    assert: silent,
    group: silent,
    groupEnd: silent,
  }
  Object.defineProperty(globalThis, 'alert', { value: log, configurable: true, writable: true })
  Object.assign(kit, { write, show, format, silent })
}
