// require, process and module: what stands around a program.
;(kit) => {
  const { assert, createInterface, emitter, format, notThere, now, readFileSync, same, show, silent, stdin, write } =
    kit
  const modules = {
    fs: {
      readFileSync,
      writeSync: (_fd, text) => write(text),
      writeFileSync: (file, text) => (file === 1 || file === '/dev/stdout' ? write(text) : notThere(file)),
      existsSync: () => false,
      promises: { readFile: async (file) => readFileSync(file) },
    },
    readline: { createInterface },
    assert,
    util: {
      inspect: (value) => show(value, 0, [], false),
      format: (...args) => format(args),
      promisify:
        (work) =>
        (...args) =>
          new Promise((done, broke) => work(...args, (error, value) => (error ? broke(error) : done(value)))),
      isDeepStrictEqual: (a, b) => same(a, b, true),
    },
    events: class EventEmitter {
      constructor() {
        emitter(this)
      }
    },
    os: { EOL: '\n' },
    perf_hooks: { performance: { now } },
    process: undefined,
  }
  modules['fs/promises'] = modules.fs.promises
  modules['readline/promises'] = { createInterface }
  modules['assert/strict'] = assert
  modules.events.EventEmitter = modules.events
  let code = 0
  const EXIT = new Error('process.exit')
  kit.exited = false
  const exit = (status) => {
    if (status !== undefined) code = Number(status) || 0
    kit.exited = true
    throw EXIT
  }
  const process = emitter({
    stdin,
    stdout: emitter({ write, end: silent, isTTY: false, columns: 80 }),
    stderr: { write: () => true },
    argv: ['node', 'main.js'],
    env: {},
    platform: 'linux',
    pid: 1,
    version: 'v22.0.0',
    versions: { node: '22.0.0' },
    exit,
    nextTick: (work, ...args) => void Promise.resolve().then(() => work(...args)),
    hrtime: Object.assign(() => [0, 0], { bigint: () => 0n }),
    memoryUsage: () => ({ heapUsed: 0, rss: 0 }),
    uptime: () => 0,
    cwd: () => '/',
    get exitCode() {
      return code
    },
    set exitCode(value) {
      code = Number(value) || 0
    },
  })
  modules.process = process
  globalThis.process = process
  globalThis.module = { exports: {} }
  globalThis.exports = globalThis.module.exports
  const require = (name) => {
    const short = String(name).replace(/^node:/, '')
    if (Object.hasOwn(modules, short)) return modules[short]
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
  globalThis.require = require
  kit.code = () => code
}
