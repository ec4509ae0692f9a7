// What a server takes: which program, where, with how much memory, and how its model is asked.
import type { ModelOptions } from '../../sample/index.js'

/** Programs that serve a model over OpenAI's chat completions. */
export type Engine = 'vllm' | 'llama.cpp' | 'llamafactory'

export interface ServeOptions
  extends Pick<ModelOptions, 'concurrency' | 'price' | 'record' | 'system' | 'timeout' | 'retries'> {
  /** 'ssh://host' or 'local'. @default where the run was trained, else 'local' */
  on?: string
  /** GPUs to spread the model over; 0 serves from main memory. @default 1 */
  gpus?: number
  /** @default llama.cpp for a .gguf file, else vllm; llamafactory where `gpus` is 0 */
  engine?: Engine
  /** A command of your own instead, with {model}, {name}, {host} and {port} where they belong. */
  command?: string
  /** What the model is called in scores. @default the run's id, else what was served */
  name?: string
  /** An adapter to serve on top of the model: a folder on the far machine (llama.cpp: a .gguf file). */
  adapter?: string
  /** Tokens of prompt and answer together at most. @default the model's own; 4096 with llama.cpp */
  maxLength?: number
  /** Share of the GPUs' memory that vLLM may take, 0 … 1. @default 0.9, vLLM's own */
  gpuMemory?: number
  /** LLaMA-Factory's template; only with engine 'llamafactory'. @default 'qwen' */
  template?: string
  /** Further arguments of the engine, passed on as they are. */
  args?: string[]
  /** Port on the far machine. @default a free one */
  port?: number
  /** Leave it running when this kernel ends. @default false: it stops, at the latest ten minutes later */
  keep?: boolean
  /** Seconds in which it has to answer. @default 1800: a 32B model is read from disk first */
  wait?: number
  /** A line of shell that runs first, such as `. ~/vllm/bin/activate`. */
  setup?: string
  /** Environment of the server. Only names on the allow-list travel, and nothing that looks like a secret. */
  env?: Record<string, string>
  /** Folder on the far machine for logs and state. @default '~/skylab/serve' */
  folder?: string
  /** OpenSSH client configuration to use instead of ~/.ssh/config. @default SKYLAB_SSH_CONFIG */
  sshConfig?: string
}

export const SERVE_FOLDER = '~/skylab/serve'

/** What is to be served, as it stands on the far machine. */
export interface Wanted {
  /** Hub id, folder or .gguf file. */
  model: string
  /** An adapter on it. */
  adapter?: string
  /** Rank of the adapter, where its configuration says. */
  rank?: number
}
