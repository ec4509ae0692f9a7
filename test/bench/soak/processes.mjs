// What the processes of a kernel hold, from /proc: memory, descriptors, threads, children that were not waited for.
import { readdirSync, readFileSync } from 'node:fs'

/** The kernel, its runtime, and whatever else is below the kernel. */
export function measure(kernel) {
  const all = table()
  const below = (pid) => all.filter(({ parent }) => parent === pid).flatMap((each) => [each, ...below(each.pid)])
  const others = below(kernel)
  const runtime = others.find(({ command }) => command.includes('runtime/main'))
  return {
    kernel: holdings(kernel),
    runtime: runtime ? holdings(runtime.pid) : undefined,
    zombies: others.filter(({ state }) => state === 'Z').length,
    others: others.filter((each) => each !== runtime && each.state !== 'Z').length,
  }
}

function holdings(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  return {
    megabytes: field('VmRSS') / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
  }
}

function table() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), parent: Number(parent), state, command }]
      } catch {
        return []
      }
    })
}
