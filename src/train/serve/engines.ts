// How each program is told to serve: its command line, and for LLaMA-Factory its yaml.
import { readFileSync } from 'node:fs'
import { Stopped } from '../../stopped.js'
import { quote } from '../ssh/shell.js'
import { writeYaml } from '../yaml.js'
import type { Engine, ServeOptions, Wanted } from './options.js'

/** Only this machine may ask: the port is forwarded through SSH, and no key guards it. */
export const HOST = '127.0.0.1'

/** A server to start: a line of shell in which $port is the port, and the files that it reads. */
export interface Command {
  line: string
  files: Record<string, string>
  /** What to type where the program is missing. */
  install: string
}

/** The engine for a model: by its file, and by whether there is a GPU. */
function engineFor(wanted: Wanted, { engine, gpus = 1 }: ServeOptions): Engine {
  if (engine) return engine
  if (wanted.model.endsWith('.gguf')) return 'llama.cpp'
  return gpus === 0 ? 'llamafactory' : 'vllm'
}

/** The command of a server. Every value is quoted: a path may hold anything. */
export function commandFor(wanted: Wanted, name: string, options: ServeOptions): Command {
  if (options.command !== undefined) return ownCommand(options.command, wanted, name)
  const engine = engineFor(wanted, options)
  const make = { vllm, 'llama.cpp': llamaCpp, llamafactory }[engine]
  if (make) return make(wanted, name, options)
  throw new Stopped(
    'bad-call',
    `There is no engine ${JSON.stringify(engine)}; there are vllm, llama.cpp and llamafactory.`,
    "serve(run, { …, command: 'my-server --model {model} --port {port}' })",
  )
}

function vllm(wanted: Wanted, name: string, options: ServeOptions): Command {
  const { gpus = 1, maxLength, gpuMemory, args = [] } = options
  const { adapter, rank = 64 } = wanted
  const words = [
    ...['--host', HOST],
    // With an adapter the name is the adapter's, and the model beneath keeps one of its own.
    ...['--served-model-name', adapter ? `${name}-base` : name],
    ...(adapter
      ? ['--enable-lora', '--max-lora-rank', String(vllmRank(rank)), '--lora-modules', `${name}=${adapter}`]
      : []),
    ...(gpus > 1 ? ['--tensor-parallel-size', String(gpus)] : []),
    ...(maxLength === undefined ? [] : ['--max-model-len', String(maxLength)]),
    ...(gpuMemory === undefined ? [] : ['--gpu-memory-utilization', String(gpuMemory)]),
    ...args,
  ]
  return {
    line: `vllm serve ${quote(wanted.model)} --port "$port" ${words.map(quote).join(' ')}`,
    files: {},
    install: "pip install vllm   # there; or serve(…, { setup: '. ~/vllm/bin/activate' })",
  }
}

/** vLLM takes only these ranks as the highest. */
function vllmRank(rank: number): number {
  return [8, 16, 32, 64, 128, 256, 320, 512].find((one) => one >= rank) ?? 512
}

function llamaCpp(wanted: Wanted, name: string, options: ServeOptions): Command {
  const { gpus = 1, maxLength = 4096, args = [] } = options
  const layers = gpus === 0 ? '0' : '999'
  const server = [
    ...['-m', wanted.model, '--alias', name, '--host', HOST, '-c', String(maxLength), '-ngl', layers],
    ...(wanted.adapter ? ['--lora', wanted.adapter] : []),
    ...args,
  ]
  const python = [
    ...['--model', wanted.model, '--model_alias', name, '--host', HOST, '--n_ctx', String(maxLength)],
    ...['--n_gpu_layers', gpus === 0 ? '0' : '-1', '--interrupt_requests', 'false'],
    ...(wanted.adapter ? ['--lora_path', wanted.adapter] : []),
    ...args,
  ]
  const program = readFileSync(new URL('./llama_server.py', import.meta.url), 'utf8')
  return {
    // The same library under two names: the program, and the Python package's server.
    line: `if command -v llama-server >/dev/null; then exec llama-server --port "$port" ${server.map(quote).join(' ')}; else exec python3 -c ${quote(program)} --port "$port" ${python.map(quote).join(' ')}; fi`,
    files: {},
    install: "pip install 'llama-cpp-python[server]'   # there; or put llama-server on the PATH",
  }
}

function llamafactory(wanted: Wanted, name: string, options: ServeOptions): Command {
  const { gpus = 1, maxLength, template = 'qwen', args = [] } = options
  const yaml = writeYaml([
    { key: 'model_name_or_path', value: wanted.model },
    ...(wanted.adapter ? [{ key: 'adapter_name_or_path', value: wanted.adapter }] : []),
    { key: 'template', value: template },
    { key: 'infer_backend', value: 'huggingface' },
    ...(maxLength === undefined ? [] : [{ key: 'cutoff_len', value: maxLength }]),
  ])
  const hidden = gpus === 0 ? "CUDA_VISIBLE_DEVICES='' " : ''
  return {
    line: `${hidden}API_HOST=${HOST} API_PORT="$port" API_MODEL_NAME=${quote(name)} DISABLE_VERSION_CHECK=1 llamafactory-cli api serve.yaml ${args.map(quote).join(' ')}`,
    files: { 'serve.yaml': yaml },
    install: "pip install llamafactory   # there; or serve(…, { setup: '. ~/lf/bin/activate' })",
  }
}

function ownCommand(command: string, { model }: Wanted, name: string): Command {
  if (!command.includes('{port}') || command.includes('\n')) {
    throw new Stopped(
      'bad-call',
      `Expected \`command\` to be one line of shell with {port} in it, got ${JSON.stringify(command)}.`,
      "serve(run, { …, command: 'my-server --model {model} --host {host} --port {port}' })",
    )
  }
  const values: Record<string, string> = { model: quote(model), name: quote(name), host: HOST, port: '"$port"' }
  return {
    line: command.replace(/\{(model|name|host|port)\}/g, (_, key: string) => values[key]!),
    files: {},
    install: "serve(run, { …, setup: 'PATH=/where/it/is:$PATH' })",
  }
}
