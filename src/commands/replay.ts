// `skylab replay`: recordings served to any program that speaks to OpenAI, on this machine or, with --host, to a room.
import { type Faults, type Replay, startReplay } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import { count } from '../workspace/index.js'

const usage =
  'skylab replay RECORDINGS.jsonl [more…] [--port N] [--host ADDRESS] [--inject 429=0.1,500=0.05,cut=0.05,slow=200]'

interface Call {
  files: string[]
  port: number
  host: string
  faults: Faults
}

/**
 * Serves recordings until it is ended with Ctrl-C or SIGTERM.
 * @returns The exit status: 0 when it was ended, 2 for a wrong call or a file that is no recording.
 */
export async function replay(args: string[]): Promise<number> {
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  let served: Replay
  try {
    const { files, ...options } = parse(args)
    served = await startReplay(files, options)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    process.stderr.write(`${error}\n`)
    return 2
  }
  process.stdout.write(
    `${count(served.recordings, 'recording')} of ${served.models.join(', ')} at ${served.url}/v1\n` +
      `  export OPENAI_BASE_URL=${served.url}/v1 OPENAI_API_KEY=replay\n` +
      `  model('${served.models[0]}', { baseURL: '${served.url}/v1' })\n`,
  )
  await ended()
  await served.close()
  return 0
}

function parse(args: string[]): Call {
  const files: string[] = []
  let port = 0
  let host = '127.0.0.1'
  let faults: Faults = {}
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i]!.startsWith('--') ? args[i]!.split(/=(.*)/s) : [args[i]!]
    if (name === '--port' || name === '--host' || name === '--inject') {
      const value = inline ?? args[++i] ?? ''
      if (name === '--port') port = portOf(value)
      else if (name === '--host') host = hostOf(value)
      else faults = faultsOf(value)
    } else if (name!.startsWith('-')) throw new Stopped('bad-call', `replay has no option ${name}.`, usage)
    else files.push(name!)
  }
  if (files.length === 0) throw new Stopped('bad-call', 'replay needs a file of recordings.', usage)
  return { files, port, host, faults }
}

function portOf(value: string): number {
  const port = Number(value)
  if (value !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new Stopped(
    'bad-call',
    `${JSON.stringify(value)} is no port; it goes from 0 (any that is free) to 65535.`,
    usage,
  )
}

function hostOf(value: string): string {
  if (value !== '') return value
  throw new Stopped('bad-call', '--host needs an address; 0.0.0.0 is every one that this machine has.', usage)
}

const names: Record<string, keyof Faults> = { 429: 'limit', 500: 'error', cut: 'cut', slow: 'slow' }

function faultsOf(text: string): Faults {
  const faults: Faults = {}
  for (const part of text.split(',')) {
    const [name, value] = part.split('=')
    const key = names[name ?? '']
    const amount = Number(value)
    const most = key === 'slow' ? Number.POSITIVE_INFINITY : 1
    if (!key || !value || !(amount >= 0 && amount <= most))
      throw new Stopped(
        'bad-call',
        `--inject does not know ${JSON.stringify(part)}: shares from 0 to 1 for 429, 500 and cut, milliseconds for slow.`,
        usage,
      )
    faults[key] = amount
  }
  return faults
}

/** Resolves at Ctrl-C or SIGTERM. The timer keeps the process, which the server alone does not. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    const hold = setInterval(() => undefined, 2 ** 30)
    const end = () => {
      clearInterval(hold)
      process.off('SIGINT', end)
      process.off('SIGTERM', end)
      resolve()
    }
    process.on('SIGINT', end)
    process.on('SIGTERM', end)
  })
}
