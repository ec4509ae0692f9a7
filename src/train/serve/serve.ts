// From weights to a model that answers: look, start once, wait until it is there, forward its port.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { host, liveDisplay } from '../../host.js'
import { checkKnown, type Known } from '../../known.js'
import { Stopped } from '../../stopped.js'
import { duration } from '../../workspace/index.js'
import { knownBase } from '../bases.js'
import { checkEnvironment, writeFiles } from '../job.js'
import { shellPath } from '../preflight.js'
import { Run } from '../run.js'
import { type Command, commandFor } from './engines.js'
import { SERVE_FOLDER, type ServeOptions, type Wanted } from './options.js'
import { type Place, placeOf } from './place.js'
import { endScript, lookScript, serveScript, startScript } from './script.js'
import { lastWords, look, Served, type ServerState } from './served.js'
import { type Tunnel, tunnel } from './tunnel.js'

/** What this process has served, so that the same cell gives the same model. */
const serving = new Map<string, Served>()

/**
 * Serves a model: starts a server where the weights are, waits until it answers, and forwards its port. What comes back
 * is a model for `sample` and `evaluate`. Run again, also by another kernel, it finds the server that runs; weights that
 * have changed since are served anew.
 *
 * @param what a run of `train`, a checkpoint's folder or a .gguf file on that machine, or a hub id. Where the folder holds
 *   an adapter, the base that it names is served beneath it.
 * @throws Stopped('failed') with the log's last lines where the server ends before it answers; 'no-tool' where the program
 *   is missing; 'no-file' where there are no weights; 'port' where the port is taken; 'no-host' where the machine cannot
 *   be reached; 'bad-call'
 * @example const sky = await serve(run, { gpus: 8 })
 */
export async function serve(what: Run | string, options: ServeOptions = {}): Promise<Served> {
  checkKnown('serve(…)', options, OPTIONS)
  const run = what instanceof Run ? what : undefined
  const on = options.on ?? run?.on ?? 'local'
  check(what, options)
  const place = placeOf(on, options.sshConfig ?? run?.sshConfig)
  const path = run ? run.checkpoint : (knownBase(what as string)?.id ?? (what as string))
  if (path === null) throw nothingTrained(run!)
  const { wanted, weights } = await weightsOf(place, path, options.adapter)
  const name = options.name ?? (run ? run.id : nameOf(path))
  const command = commandFor(wanted, name, options)
  const id = idOf(name, [path, command, options.port, options.setup, options.env])
  const dir = await folderOf(place, `${(options.folder ?? SERVE_FOLDER).replace(/\/+$/, '')}/${id}`)

  const key = `${on} ${dir} ${weights}`
  const before = serving.get(key)
  if (before && (await before.running())) return before

  await start(place, dir, command, weights, options)
  const forwarded = await waitFor(place, dir, name, on, command, options)
  const served = new Served(forwarded.name, options, {
    place,
    tunnel: forwarded.tunnel,
    on,
    dir,
    of: path,
    weights,
    keep: options.keep ?? false,
  })
  serving.set(key, served)
  return served
}

function check(what: unknown, options: ServeOptions): void {
  const bad = (message: string, fix: string) => new Stopped('bad-call', message, fix)
  if (!(what instanceof Run) && (typeof what !== 'string' || what.trim() === ''))
    throw bad(`serve(…) takes a run, a folder or a hub id, and got ${String(what)}.`, 'serve(run, { gpus: 8 })')
  const { gpus = 1, gpuMemory, setup, env = {}, port } = options
  if (!Number.isInteger(gpus) || gpus < 0)
    throw bad(`Expected \`gpus\` to be a whole number, got ${gpus}.`, 'serve(run, { gpus: 8 })')
  if (gpuMemory !== undefined && !(gpuMemory > 0 && gpuMemory <= 1))
    throw bad(`Expected \`gpuMemory\` to be a share from 0 to 1, got ${gpuMemory}.`, 'serve(run, { gpuMemory: 0.9 })')
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw bad(`Expected \`port\` to be a port, got ${port}.`, 'serve(run, { port: 8000 })')
  if (setup?.includes('\n')) throw bad('`setup` is one line of shell.', "setup: '. ~/vllm/bin/activate'")
  checkEnvironment(env)
}

function nothingTrained(run: Run): Stopped {
  return new Stopped(
    'no-file',
    `${run.id} ran on the practice machine, which trains nothing: there are no weights to serve.`,
    "train(data, { …, on: 'ssh://h100' })",
  )
}

/** What lies under a path of the far machine, and the hash of its weights. */
async function weightsOf(
  place: Place,
  path: string,
  adapter: string | undefined,
): Promise<{ wanted: Wanted; weights: string }> {
  const { stdout } = await place.exec(lookScript(path, adapter), { patience: 3, signal: host().signal() })
  const text = stdout.toString()
  const one = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim() || undefined
  const kind = one('kind')
  const isPath = /^[/~.]/.test(path)
  if (kind === 'empty' || (kind === 'hub' && isPath))
    throw new Stopped('no-file', `There are no weights in ${path}.`, 'await run.files()   # what a run has left so far')
  if (one('adapter') === 'absent')
    throw new Stopped('no-file', `There is no adapter ${adapter}.`, `ls ${adapter}   # there`)
  const rank = one('rank') ? { rank: Number(one('rank')) } : {}
  // A name on the hub is its own fingerprint; files are known by what is in them.
  const files = createHash('sha256')
    .update(`${kind === 'hub' ? path : ''} ${one('weights') ?? ''} ${kind === 'hub' && adapter ? adapter : ''}`)
    .digest('hex')
  if (kind !== 'adapter') return { wanted: { model: path, ...(adapter ? { adapter, ...rank } : {}) }, weights: files }
  const base = one('base')
  if (!base)
    throw new Stopped(
      'no-file',
      `${path} is an adapter that does not name its base.`,
      `serve('Qwen/Qwen2.5-7B-Instruct', { adapter: '${path}', … })`,
    )
  return { wanted: { model: base, adapter: path, ...rank }, weights: files }
}

/** The last two parts of a path say most: `sky-t1-1f3a/checkpoint-200`; a run's own output is the run. */
function nameOf(path: string): string {
  if (!/^[/~.]/.test(path)) return path
  const parts = path.replace(/\/+$/, '').split('/')
  const last = parts.at(-1)!
  if (last === 'output') return parts.at(-2) ?? last
  return /^checkpoint-\d+$/.test(last) ? `${parts.filter((part) => part !== 'output').at(-2)}-${last}` : last
}

function idOf(name: string, of: unknown[]): string {
  const word = name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
  return `${word.slice(-40)}-${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 12)}`
}

async function folderOf(place: Place, folder: string): Promise<string> {
  return (await place.exec(`printf %s ${shellPath(folder)}`)).stdout.toString()
}

async function start(
  place: Place,
  dir: string,
  command: Command,
  weights: string,
  options: ServeOptions,
): Promise<void> {
  const { setup, env = {}, port, keep = false } = options
  const script = serveScript({ line: command.line, setup, env, port, kernel: place.kernel })
  const made = await place.exec(writeFiles(dir, { 'serve.sh': script, ...command.files }))
  if (made.code !== 0)
    throw new Stopped(
      /no space left|quota exceeded/i.test(made.stderr) ? 'disk' : 'no-file',
      `The server's folder ${dir} cannot be written: ${made.stderr.trim()}`,
      "serve(…, { folder: '/a/folder/of/mine' })",
    )
  for (let tries = 0; tries < 2; tries++) {
    const { stdout } = await place.exec(startScript(dir, weights, keep))
    if (stdout.toString().trim() !== 'other') return
    // The path holds other weights now: what was served from it is of no use any more.
    await place.exec(endScript(dir, 10))
  }
}

/** Waits until the server answers, and shows for what. */
async function waitFor(
  place: Place,
  dir: string,
  name: string,
  on: string,
  command: Command,
  options: ServeOptions,
): Promise<{ tunnel: Tunnel; name: string }> {
  const signal = host().signal()
  const began = performance.now()
  const longest = options.wait ?? 1800
  const shown = liveDisplay({ 'text/plain': `${name} on ${on}: starting` })
  let open: Tunnel | undefined
  try {
    for (;;) {
      const state = await look(place, dir, 12)
      const seconds = (performance.now() - began) / 1000
      if (state.pids.length === 0) throw ended(name, on, state, command, options)
      if (state.port !== undefined) {
        const { port } = state
        open ??= await tunnel(() => place.dial(port))
        const names = await offeredAt(open.port)
        if (names) {
          shown.end({ 'text/plain': `${name} on ${on}: answers after ${duration(seconds)}` })
          return { tunnel: open, name: names.includes(name) ? name : (names[0] ?? name) }
        }
      }
      if (seconds > longest) {
        await place.exec(endScript(dir, 10))
        throw new Stopped(
          'failed',
          `${name} on ${on} did not answer within ${duration(longest)}, and was stopped. ${lastWords(state.log)}`,
          'serve(…, { wait: 3600 })',
        )
      }
      shown.update({
        'text/plain': `${name} on ${on}: starting, ${duration(seconds)} · ${state.log.at(-1)?.slice(0, 160) ?? ''}`,
      })
      await sleep(500, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  } catch (error) {
    open?.close()
    shown.end({ 'text/plain': `${name} on ${on}: not served` })
    throw error
  }
}

/** The names that a server offers; undefined while it does not answer. */
async function offeredAt(port: number): Promise<string[] | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/models`, { signal: AbortSignal.timeout(5000) })
    const body = (await response.json()) as { data?: { id?: unknown }[] }
    return response.ok && Array.isArray(body.data) ? body.data.map(({ id }) => String(id)) : undefined
  } catch {
    return undefined
  }
}

function ended(name: string, on: string, state: ServerState, command: Command, options: ServeOptions): Stopped {
  const { exit, log } = state
  if (exit === 98 && options.port !== undefined)
    return new Stopped('port', `Port ${options.port} of ${on} is taken.`, 'serve(…, {})   # a free port is chosen')
  const missing = exit === 127 || log.some((line) => /not found|No module named/.test(line))
  const how = exit === undefined ? 'was killed' : `ended with exit status ${exit}`
  return new Stopped(
    missing ? 'no-tool' : 'failed',
    `${name} on ${on} ${how} before it answered. ${lastWords(log)}`,
    missing ? command.install : 'serve(…)   # when the reason above is mended',
  )
}

const OPTIONS: Known<Required<ServeOptions>> = {
  concurrency: true,
  price: true,
  record: true,
  system: true,
  timeout: true,
  retries: true,
  on: true,
  gpus: true,
  engine: true,
  command: true,
  name: true,
  adapter: true,
  maxLength: true,
  gpuMemory: true,
  template: true,
  args: true,
  port: true,
  keep: true,
  wait: true,
  setup: true,
  env: true,
  folder: true,
  sshConfig: true,
}
