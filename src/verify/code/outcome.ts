// What the fork server saw of a test, read as an outcome.

import type { Limits, Outcome, Trial } from './runner.js'

/** One process of a test, after its end. */
export interface Ended {
  /** Exit status, null where a signal ended it. */
  code: number | null
  signal: number
  /** Seconds. */
  cpu: number
  /** Most bytes held at a time. */
  peak: number
  /** Bytes on standard output and standard error. */
  written: number
  complained: number
}

export interface Done {
  status: 'done'
  /** Which clock stopped it: its CPU time, or the wall's. */
  stopped: 'cpu' | 'wall' | null
  wall: number
  /** The program's; and behind it the test's own, where that ran apart. */
  processes: Ended[]
}

/** What run() itself reported of a process: the line behind the secret of this test; anything else is not from it. */
interface Told {
  status: Outcome['status'] | 'gone'
  value?: string
  detail?: string
}

export interface Seen {
  trial: Trial
  limits: Limits
  outputLimit: number
  secret: string
  /** Bytes that a process holds before it does anything. */
  resident: number
  /** Whether the kernel's own limit on memory ended a process. */
  outOfMemory: boolean
}

const SIGNALS: Record<number, string> = {
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
}
const SIGKILL = 9
const SIGXCPU = 24
const SIGXFSZ = 25

/** Reads what the fork server answered: for each process its output, its complaints and its report. */
export function outcomeOf(done: Done, sections: readonly Buffer[], seen: Seen): Outcome {
  const { trial, limits } = seen
  const [program, test] = done.processes
  const cpu = done.processes.reduce((sum, one) => sum + one.cpu, 0)
  const complaint = sections[1]!.toString('utf8').trim()
  const told = toldBy(sections[2]!, seen.secret)
  const end = (
    status: Outcome['status'],
    detail = told?.detail || complaint,
    more: Partial<Outcome> = {},
  ): Outcome => ({
    status,
    seconds: done.stopped === 'wall' ? done.wall : cpu,
    detail,
    ...(done.stopped === 'wall' && { waited: true }),
    ...more,
  })
  // A process that the kernel ended for memory may leave others that wait for it.
  if (seen.outOfMemory) return end('memory-limit', 'its processes together', { waited: false })
  if (done.stopped || cpu > limits.timeLimit) return end('time-limit')
  if (told?.status === 'compile-error') return end('compile-error')
  if (program!.written >= seen.outputLimit || program!.complained >= seen.outputLimit || program!.signal === SIGXFSZ)
    return end('output-limit')
  const most = limits.memoryLimit * 1024 * 1024
  const over = done.processes.find((one) => one.peak - seen.resident > most)
  if (over) return end('memory-limit', `it held ${Math.round((over.peak - seen.resident) / 1e6)} MB`)
  if (told?.status === 'memory-limit') return end('memory-limit')
  if (test) {
    const said = toldBy(sections[5]!, seen.secret)
    if (said && said.status !== 'gone') return end(said.status, said.detail ?? '')
    if (!said) return end('runtime-error', `the test itself ended ${how(test)} ${sections[4]!.toString('utf8')}`.trim())
    // It broke off because its program was gone: why, the program's own end tells.
  }
  if (program!.signal === SIGXCPU || (program!.signal === SIGKILL && cpu > 0.8 * limits.timeLimit))
    return end('time-limit')
  if (program!.signal) return end('runtime-error', `${complaint}\n${how(program!)}`.trim())
  if (told?.status === 'missing' || told?.status === 'assertion') return end(told.status)
  if (program!.code !== 0) return end('runtime-error', complaint || how(program!))
  if (trial.kind === 'stdin') return end('ok', complaint, { stdout: sections[0]!.toString('utf8') })
  if (told?.status === 'value' && told.value !== undefined) return end('value', '', { value: told.value })
  // It left with status 0 before the call returned or the last assertion was reached.
  return told?.status === 'end' && trial.kind === 'assert' && !test ? end('end', '') : end('early-exit')
}

const how = (one: Ended): string =>
  one.signal ? (SIGNALS[one.signal] ?? `signal ${one.signal}`) : `with status ${one.code}`

function toldBy(report: Buffer, secret: string): Told | undefined {
  let found: Told | undefined
  for (const line of report.toString('utf8').split('\n')) {
    if (!line.startsWith(`${secret} `)) continue
    try {
      const told = JSON.parse(line.slice(secret.length + 1)) as Told
      if (typeof told === 'object' && told !== null && typeof told.status === 'string') found = told
    } catch {
      // Half a line: the file was full.
    }
  }
  return found
}
