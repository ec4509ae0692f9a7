// What a fine-tune holds in memory and on disk, in bytes, from the shape of the model and the settings.
//
// All of it is arithmetic on ZeRO-3 with optimiser and parameters in main memory, which is how the recipe
// fits 32 billion parameters on one node. Field reports agree: a 33B took 750 to 800 GB of main memory at
// 2,048 tokens, and one on 744 GB was killed.
import { largestLayer, parametersIn, type Shape } from './bases.js'
import type { TrainSettings } from './options.js'

/** Bytes a parameter in training: bf16 weight 2, fp32 gradient 4, fp32 master 4, two moments 8. */
const TRAINED = 18
/** What DeepSpeed's estimator adds for buffers (`additional_buffer_factor`). */
const BUFFERS = 1.5
/** Bytes a parameter of a checkpoint: bf16 weight 2, fp32 master and two moments 12. */
const SAVED = 14

export interface Footprint {
  /** Bytes of main memory on each machine. */
  host: number
  /** Bytes of the fullest GPU; null where the shape is unknown. */
  gpu: number | null
  /** Bytes of one checkpoint with the optimiser's state. */
  checkpoint: number
  /** Bytes of disk at the worst moment: one checkpoint more than are kept, and the weights at the end. */
  disk: number
  /** Bytes of the base's own files, for where it has yet to be downloaded. */
  base: number
  /** Where each comes from, a sentence each. */
  assumptions: string[]
}

/**
 * Main memory = 18 bytes × parameters × 1.5 (DeepSpeed's `estimate_zero3_model_states_mem_needs` with both
 * offloads), over the machines; a GPU = 4 bytes × largest layer + one bf16 checkpoint of activations a layer +
 * logits and their gradient in fp32; a checkpoint = 14 bytes × parameters.
 *
 * @param parameters of the base
 */
export function footprint(parameters: number, shape: Shape | undefined, options: Partial<TrainSettings>): Footprint {
  const nodes = options.nodes ?? 1
  const lora = options.method === 'lora'
  const trained = lora ? adapterParameters(shape, parameters) : parameters
  const frozen = lora ? parameters : 0
  // DPO compares with the model before it was trained; SimPO needs no such copy.
  const reference = options.stage === 'dpo' && !lora && needsReference(options.preference?.loss ?? 'simpo')
  const host = ((trained * TRAINED + (frozen + (reference ? parameters : 0)) * 2) * BUFFERS) / nodes
  const checkpoint = trained * SAVED
  return {
    host,
    gpu: shape ? gpuMemory(shape, options) : null,
    checkpoint,
    disk: checkpoint * ((options.keep ?? 1) + 1) + trained * 2,
    base: parameters * 2,
    assumptions: [
      lora
        ? `main memory: 1.5 × (2 bytes × frozen parameters + 18 bytes × ${gigas(trained)} parameters of the adapter)`
        : `main memory: 18 bytes × parameters × 1.5, DeepSpeed's estimator for ZeRO-3 with optimiser and parameters offloaded${nodes > 1 ? `, over ${nodes} machines` : ''}${reference ? '; 2 bytes × parameters × 1.5 for the reference model' : ''}`,
      'a GPU: 4 bytes × largest layer, a bf16 checkpoint of the activations of each layer, logits and their gradient in fp32',
      `a checkpoint: 14 bytes × ${lora ? 'parameters of the adapter' : 'parameters'} (bf16 weights, fp32 master, two moments)`,
    ],
  }
}

/** Whether a preference loss compares with the model as it was. */
function needsReference(loss: string): boolean {
  return loss !== 'simpo' && loss !== 'orpo'
}

function gpuMemory(shape: Shape, options: Partial<TrainSettings>): number {
  const tokens = (options.microBatch ?? 1) * (options.cutoff ?? 16_384) * (options.stage === 'dpo' ? 2 : 1)
  return largestLayer(shape) * 4 + tokens * shape.hidden * 2 * shape.layers + tokens * shape.vocabulary * 4 * 2
}

/** Parameters of the recipe's adapter: rank × (inputs + outputs) of every matrix of every layer. */
function adapterParameters(shape: Shape | undefined, parameters: number): number {
  // Where the shape is unknown, that of the 32B: 1.6 % of the weights.
  if (!shape) return parameters * 0.0164
  const { hidden, intermediate, heads, keyHeads, layers } = shape
  const keys = (hidden / heads) * keyHeads
  return layers * LORA_RANK * (4 * hidden + 2 * (hidden + keys) + 3 * (hidden + intermediate))
}

/** The rank of the LoRA variant that the team added later (pull request 85 of SkyThought). */
export const LORA_RANK = 64

/** Parameters by the shape, else the "32B" in the name; null where it says nothing. */
export function parametersOf(base: string, shape: Shape | undefined): number | null {
  if (shape) return parametersIn(shape)
  const size = /(?:^|[-_/])(\d+(?:\.\d+)?)\s*[bB](?:$|[-_.])/.exec(base)
  return size ? Number(size[1]) * 1e9 : null
}

function gigas(parameters: number): string {
  return `${(parameters / 1e9).toFixed(2)} billion`
}
