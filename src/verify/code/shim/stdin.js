// Standard input: whole, as a stream, and line by line.
;(kit) => {
  const { input, schedule, write } = kit
  const { apply } = Reflect
  function emitter(target) {
    const listeners = {}
    target.on = target.addListener = (name, work) => {
      ;(listeners[name] ??= []).push(work)
      target.began?.(name)
      return target
    }
    target.once = (name, work) =>
      target.on(name, (...args) => {
        target.off(name, work)
        work(...args)
      })
    target.off = target.removeListener = (name, work) => {
      listeners[name] = (listeners[name] ?? []).filter((one) => one !== work)
      return target
    }
    target.removeAllListeners = () => {
      for (const name of Object.keys(listeners)) delete listeners[name]
      return target
    }
    target.emit = (name, ...args) => {
      for (const work of [...(listeners[name] ?? [])]) apply(work, target, args)
      return !!listeners[name]?.length
    }
    target.listenerCount = (name) => listeners[name]?.length ?? 0
    return target
  }
  let flowing = false
  const stdin = emitter({
    fd: 0,
    isTTY: false,
    setEncoding() {
      return stdin
    },
    resume() {
      stdin.began('data')
      return stdin
    },
    pause() {
      return stdin
    },
    ref() {
      return stdin
    },
    unref() {
      return stdin
    },
    pipe(to) {
      stdin.on('data', (chunk) => to.write?.(chunk))
      return to
    },
  })
  let given = false
  stdin.read = () => {
    if (given || input === '') return null
    given = true
    return input
  }
  stdin.began = (name) => {
    if (flowing || !/^(?:data|end|readable|close)$/.test(name)) return
    flowing = true
    schedule(
      () => {
        if (stdin.listenerCount('readable')) {
          stdin.emit('readable')
          stdin.emit('readable')
        } else if (input !== '') stdin.emit('data', input)
        stdin.emit('end')
        stdin.emit('close')
      },
      0,
      [],
      false,
    )
  }
  stdin[Symbol.asyncIterator] = async function* () {
    if (input !== '') yield input
  }
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
    const face = emitter({
      setPrompt() {},
      prompt() {},
      pause() {
        paused = true
        return face
      },
      resume() {
        paused = false
        if (started) schedule(deliver, 0, [], false)
        return face
      },
      write() {},
    })
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
    face.close = () => {
      if (!closed) {
        closed = true
        face.emit('close')
      }
    }
    face.question = (text, options, work) => {
      if (typeof options === 'function') work = options
      write(text)
      if (work) {
        if (queue.length) {
          const line = queue.shift()
          schedule(() => work(line), 0, [], false)
        }
        return undefined
      }
      return Promise.resolve(queue.shift() ?? '')
    }
    face[Symbol.asyncIterator] = async function* () {
      while (queue.length && !closed) yield queue.shift()
    }
    return face
  }
  const notThere = (what) => {
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${what}'`), { code: 'ENOENT' })
  }
  const readFileSync = (file) =>
    file === 0 || file === '/dev/stdin' || file === '/proc/self/fd/0'
      ? Object.assign(new String(input), {}).valueOf()
      : notThere(file)
  Object.assign(kit, { emitter, stdin, createInterface, readFileSync, notThere })
}
