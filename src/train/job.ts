// A job on the far side: its folder. All state is files in it, so that whoever comes later, from wherever,
// finds the job as it is:
//
//   ~/skylab/runs/<id>/
//     job.json                  what was started: data, settings, when
//     train.yaml, ds_z3_offload_config.json, dataset_info.json, <data>
//     run.sh, watch.sh, whole.sh (job.sbatch)
//     limit                     seconds after which the job ends itself, where there is a limit
//     attempts/<n>/             one for each start; making the folder is the lock
//       started, boot, how      when, on which boot of the machine, detached by what (or Slurm's number of the job)
//       begun, log.txt          run.sh has taken over; what the trainer printed
//       seconds, gpu.csv, grad.txt   kept by watch.sh: seconds so far, memory of the GPUs, gradient norms
//       stop                    a request to watch.sh: 'save', 'checkpoint'
//       stopped                 why it was ended: 'asked', 'limit'
//       exit                    its exit status, once it has ended
//       node-<r>/               the same of machine r, where there are several
//     output/                   LLaMA-Factory's own: trainer_log.jsonl, checkpoint-N/, the weights
//   ~/skylab/runs/.files/<sha256>   what was sent, by content; jobs hold links to it
//
// Every process of a job carries SKYLAB_JOB=<folder>/<n>; in its environment. That finds the job's workers
// even in sessions of their own (torchrun starts them so), and cannot be fooled by a reused pid.
import { Stopped } from '../stopped.js'
import { quote } from './ssh/shell.js'

export const DEFAULT_FOLDER = '~/skylab/runs'

/** What stands in job.json. */
export interface Job {
  id: string
  name: string
  on: string
  base: string
  /** GPUs over all machines. */
  gpus: number
  /** Dollars for one GPU for one hour. */
  price: number
  rows: number
  data: { file: string; sha256: string }
  /** Hash of yaml and DeepSpeed settings, hex. */
  settings: string
  /** Steps planned. The trainer's own count, in its log, is what is shown once there is one. */
  steps: number
  created: string
  /** The trainer saves a checkpoint when it is asked to end (transformers' enable_jit_checkpoint). */
  saves?: boolean
  practice?: { seconds: number; failAt?: number }
}

/** Names that may travel into a job's environment. Everything else stays at home. */
const ENVIRONMENT =
  /^(?:CUDA_VISIBLE_DEVICES|HF_HOME|HF_ENDPOINT|HF_HUB_OFFLINE|HF_HUB_CACHE|HF_DATASETS_CACHE|TRANSFORMERS_OFFLINE|USE_MODELSCOPE_HUB|MODELSCOPE_CACHE|WANDB_(?:MODE|PROJECT|ENTITY|DIR|RUN_GROUP)|TMPDIR|TRITON_CACHE_DIR|OMP_NUM_THREADS|MASTER_ADDR|MASTER_PORT|NODE_RANK|NPROC_PER_NODE|FORCE_TORCHRUN|RECORD_VRAM|DISABLE_VERSION_CHECK|LLAMAFACTORY_VERBOSITY|NCCL_[A-Z0-9_]+|DS_[A-Z0-9_]+|TORCH_NCCL_[A-Z0-9_]+|PYTORCH_CUDA_ALLOC_CONF)$/

/**
 * Checks the environment that a caller wants to send.
 *
 * @throws Stopped('bad-call') for a name that is not on the allow-list
 */
export function checkEnvironment(env: Record<string, string>): void {
  for (const name of Object.keys(env)) {
    if (ENVIRONMENT.test(name)) continue
    const secret = /KEY|TOKEN|SECRET|PASS|CREDENTIAL/i.test(name)
    throw new Stopped(
      'bad-call',
      `${name} is not on the list of environment variables that travel${secret ? '; it looks like a secret, which would stand in a file on the far machine' : ''}.`,
      secret ? `echo 'export ${name}=…' >> ~/.profile   # on the far machine itself` : `setup: 'export ${name}=…'`,
    )
  }
}

/** Writes small files whole or not at all. */
export function writeFiles(dir: string, files: Record<string, string>): string {
  const writes = Object.entries(files).map(
    ([name, text]) =>
      `printf '%s' ${quote(text)} > ${quote(`${name}.new`)} && mv ${quote(`${name}.new`)} ${quote(name)}`,
  )
  return [`mkdir -p ${quote(dir)} && cd ${quote(dir)}`, ...writes].join(' &&\n')
}
