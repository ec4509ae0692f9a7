// The `skylab` command. Every command is loaded when it is called: a kernel must be ready in a moment.
import { enableCompileCache, flushCompileCache } from 'node:module'
import { readEngine } from './engine.js'
import { Fault } from './fault.js'
import { nearest, readOptions } from './options.js'

const help = `skylab: TypeScript notebooks for making reasoning models

  skylab repl                                 cells in the terminal (also: just skylab)
  skylab run NOTEBOOK.ipynb [options]         run a notebook from first cell to last
      --output OUT.ipynb                        write the executed notebook, after every cell
      --html OUT.html                           write one page that needs no network
      -p NAME=VALUE                             set a parameter of the notebook (repeatable)
      --engine skylab (default) | tslab         what runs the cells; also for repl, install, kernel
  skylab install [options]                    make the kernel known to Jupyter
      --user (default) | --sys-prefix | --prefix DIR
      --name NAME, --display-name TEXT
  skylab uninstall [same options]             take it away again
  skylab doctor                               what is there, what is missing, what to type
  skylab rows STEP [options]                  one step of the recipe as a filter over JSON Lines
  skylab replay RECORDINGS.jsonl [options]    an OpenAI-compatible server that answers from recordings
      --port N, --host ADDRESS                  0.0.0.0 is every address of this machine
  skylab kernel CONNECTION_FILE               what Jupyter starts
  skylab --version, skylab --help
`

// What the commands load is compiled once for all starts.
enableCompileCache()

type Command = (args: string[]) => Promise<number>

const commands: Record<string, Command> = {
  async run(args) {
    const usage = 'skylab run NOTEBOOK.ipynb [--output OUT.ipynb] [--html OUT.html] [-p NAME=VALUE]… [--engine NAME]'
    const { values, positionals } = readOptions(
      args,
      {
        output: { type: 'string', short: 'o' },
        html: { type: 'string' },
        parameter: { type: 'string', short: 'p', multiple: true },
        engine: { type: 'string' },
      },
      usage,
    )
    const [notebook, ...more] = positionals
    if (!notebook || more.length)
      throw new Fault(
        notebook ? `One notebook at a time; these are ${positionals.length}.` : 'Which notebook?',
        usage,
        2,
      )
    const { checkOutputs, runNotebook } = await import('./notebook/run.js')
    const { readParameter } = await import('./notebook/parameters.js')
    const { startSession } = await import('./start.js')
    const engine = readEngine(values.engine)
    const options = { notebook, output: values.output, html: values.html, engine }
    checkOutputs(options)
    const parameters = (values.parameter ?? []).map(readParameter)
    return runNotebook({ ...options, parameters, screen: process.stdout, open: startSession, signal: stopSignal() })
  },
  async repl(args) {
    const { values, positionals } = readOptions(args, { engine: { type: 'string' } }, 'skylab repl [--engine NAME]')
    const engine = readEngine(values.engine)
    if (positionals.length) throw new Fault(`skylab repl takes no ${JSON.stringify(positionals[0])}.`, 'skylab repl', 2)
    const { repl } = await import('./repl/repl.js')
    const { startSession } = await import('./start.js')
    return repl({
      input: process.stdin,
      output: process.stdout,
      open: () => startSession({ cwd: process.cwd(), engine }),
    })
  },
  async kernel(args) {
    const usage = 'skylab kernel [--engine NAME] CONNECTION_FILE'
    const { values, positionals } = readOptions(args, { engine: { type: 'string' } }, usage)
    const [file, ...more] = positionals
    if (!file || more.length) throw new Fault('skylab kernel takes one connection file.', usage, 2)
    const { serveKernel } = await import('./jupyter/serve.js')
    // Jupyter kills a kernel, and then Node writes nothing.
    setTimeout(flushCompileCache, 2000).unref()
    return serveKernel(file, readEngine(values.engine))
  },
  async install(args) {
    const { install } = await import('./jupyter/install.js')
    return printPaths('wrote', install(installOptions(args, 'install')))
  },
  async uninstall(args) {
    const { uninstall } = await import('./jupyter/install.js')
    return printPaths('removed', uninstall(installOptions(args, 'uninstall')))
  },
  async doctor() {
    const { doctor } = await import('./doctor.js')
    return doctor((text) => process.stdout.write(text))
  },
  async rows(args) {
    return (await library()).rows(args)
  },
  async replay(args) {
    return (await library()).replay(args)
  },
}

function installOptions(args: string[], command: string) {
  const usage = `skylab ${command} [--user | --sys-prefix | --prefix DIR] [--name NAME] [--engine NAME]`
  const known = {
    user: { type: 'boolean' },
    'sys-prefix': { type: 'boolean' },
    prefix: { type: 'string' },
    name: { type: 'string' },
    'display-name': { type: 'string' },
    engine: { type: 'string' },
  } as const
  const { values, positionals } = readOptions(args, known, usage)
  if (positionals.length) throw new Fault(`skylab ${command} takes no ${JSON.stringify(positionals[0])}.`, usage, 2)
  const { 'sys-prefix': sysPrefix, 'display-name': displayName, engine, ...rest } = values
  return { ...rest, sysPrefix, displayName, engine: readEngine(engine) }
}

function printPaths(what: string, paths: string[]): number {
  for (const path of paths) process.stdout.write(`${what} ${path}\n`)
  return 0
}

/** Aborted by the first Ctrl-C or kill; a second one ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // One Ctrl-C in a terminal may arrive twice: directly, and handed on by bin.cjs.
      if (first && Date.now() - first > 300) process.exit(130)
      first ||= Date.now()
      stop.abort()
    })
  return stop.signal
}

/** The library's own commands, through the package's public export: the one place where the kernel knows of it. */
async function library(): Promise<{ rows: Command; replay: Command }> {
  const { rows, replay } = await import('skylab/commands')
  return { rows, replay }
}

/** A pipe that is closed early (`skylab … | head`) is no failure of ours. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

/** Runs one command line; resolves to the exit status. */
export async function main(args: string[]): Promise<number> {
  const [name = process.stdin.isTTY ? 'repl' : '--help', ...rest] = args
  if (name !== 'kernel') endWithReader()
  try {
    if (name === '--help' || name === '-h' || name === 'help') {
      process.stdout.write(help)
      return 0
    }
    if (name === '--version' || name === '-v') {
      const { version } = await import('./place.js')
      process.stdout.write(`${version()}\n`)
      return 0
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (!command) {
      const near = nearest(name, Object.keys(commands))
      throw new Fault(
        `There is no command ${JSON.stringify(name)}.`,
        near ? `did you mean: skylab ${near}` : 'skylab --help',
        2,
      )
    }
    if (rest.includes('--help') && name !== 'rows' && name !== 'replay') {
      process.stdout.write(help)
      return 0
    }
    return await command(rest)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    process.stderr.write(`${error}\n`)
    return error.status
  }
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status
    // Output that is still on its way into a pipe is written before the process ends.
    process.stdout.write('', () => process.stderr.write('', () => process.exit(status)))
  },
  (error) => {
    process.stderr.write(`${error?.stack ?? error}\n`)
    process.exit(1)
  },
)
