import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bases, knownBase, parametersIn, shapeOf } from '../../src/train/bases.js'
import { checksOf } from '../../src/train/checks.js'
import { checkData } from '../../src/train/data.js'
import { recipe, trainingPlan } from '../../src/train/index.js'
import { trainerKeys } from '../../src/train/keys.js'
import { footprint } from '../../src/train/memory.js'
import type { TrainOptions } from '../../src/train/options.js'
import { demand, Preflight } from '../../src/train/preflight.js'
import { Found } from '../../src/train/probe.js'
import * as versions from '../../src/train/versions.js'
import { readYaml } from '../../src/train/yaml.js'
import { BASE, remove, temporary, writeSet } from './train.data.js'

let dir: string
beforeEach(() => {
  dir = temporary()
})
afterEach(() => remove(dir))

describe('bases', () => {
  it.each([
    ['0.5B', 0.49],
    ['1.5B', 1.54],
    ['3B', 3.09],
    ['7B', 7.62],
    ['14B', 14.77],
    ['32B', 32.76],
    ['72B', 72.71],
  ])('have the parameters that the model card of Qwen2.5-%s states', (size, stated) => {
    expect(parametersIn(shapeOf(`Qwen/Qwen2.5-${size}-Instruct`)!) / 1e9).toBeCloseTo(stated, 1)
  })

  it('are found by the names under which they were published', () => {
    expect(knownBase('Qwen2.5-14B-Coder-Instruct')?.id).toBe('Qwen/Qwen2.5-Coder-14B-Instruct')
    expect(recipe('set', { base: 'sky-t1-32b-preview' }).settings.model_name_or_path).toBe(
      'NovaSky-AI/Sky-T1-32B-Preview',
    )
    expect(recipe('set', { base: '/models/mine' }).settings.model_name_or_path).toBe('/models/mine')
    expect(shapeOf('me/My-Qwen2.5-7B-tuned')).toBe(shapeOf('Qwen/Qwen2.5-7B-Instruct'))
    expect(shapeOf('me/Qwen2.5-7Billion')).toBeUndefined()
    expect(new Set(bases.map(({ id }) => id)).size).toBe(bases.length)
  })
})

describe('the recipe for preferences', () => {
  it('is that of Sky-T1-32B-Flash', () => {
    const { settings, yaml } = recipe('pairs', { base: 'Sky-T1-32B-Preview', stage: 'dpo' })
    expect(settings).toMatchObject({
      stage: 'dpo',
      pref_loss: 'simpo',
      pref_beta: 2,
      simpo_gamma: 0.3,
      learning_rate: 5e-7,
      num_train_epochs: 1,
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 12,
      cutoff_len: 16_384,
      warmup_ratio: 0.1,
      lr_scheduler_type: 'cosine',
    })
    expect(yaml).not.toMatch(/# the recipe:/)
    expect(readYaml(yaml)).toEqual(settings)
  })

  it('says where nothing was published', () => {
    const { settings, yaml } = recipe('pairs', {
      base: 'Sky-T1-32B-Preview',
      stage: 'dpo',
      method: 'lora',
      preference: { loss: 'sigmoid' },
    })
    expect(settings).toMatchObject({ pref_loss: 'sigmoid', pref_beta: 0.1, learning_rate: 5e-6 })
    expect(settings).not.toHaveProperty('simpo_gamma')
    expect(yaml).toMatch(/^pref_beta: 0\.1 {2}# .*not published/m)
    expect(yaml).toMatch(/^learning_rate: .* {2}# not published/m)
  })

  it('knows every key that it writes', () => {
    for (const options of [{}, { stage: 'dpo' as const }, { method: 'lora' as const, resume: 'checkpoint-100' }])
      for (const key of Object.keys(recipe('set', { base: BASE, ...options }).settings))
        expect(trainerKeys.has(key), key).toBe(true)
  })

  it('refuses a preference where none is learned', () => {
    expect(() => recipe('set', { base: BASE, preference: { beta: 1 } })).toThrow(/for stage 'dpo'/)
    expect(() => recipe('set', { base: BASE, stage: 'rm' as 'dpo' })).toThrow(/'sft' or 'dpo', got "rm"/)
  })

  it('takes pairs, and only pairs', async () => {
    const turn = (from: string, value: string) => ({ from, value })
    const good = {
      system: 's',
      conversations: [turn('user', 'q')],
      chosen: turn('assistant', 'short'),
      rejected: turn('assistant', 'long'),
    }
    const info = {
      formatting: 'sharegpt',
      ranking: true,
      columns: { messages: 'conversations', system: 'system', chosen: 'chosen', rejected: 'rejected' },
      tags: { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' },
    }
    const pairs = writeSet(dir, [good, good], info)
    expect((await checkData(pairs, 'dpo')).rows).toBe(2)
    await expect(checkData(pairs)).rejects.toThrow(/stage 'sft' learns from answers/)
    await expect(checkData(writeSet(dir), 'dpo')).rejects.toThrow(/learns from preference pairs/)
    for (const [bad, why] of [
      [{ ...good, chosen: 'short' }, 'chosen is no turn'],
      [{ ...good, rejected: turn('user', 'x') }, 'rejected is from "user"'],
      [{ ...good, rejected: turn('assistant', ' ') }, 'rejected is empty'],
      [{ ...good, conversations: [turn('user', 'q'), turn('assistant', 'a')] }, '2 turns'],
    ] as const)
      await expect(checkData(writeSet(dir, [good, bad], info), 'dpo')).rejects.toThrow(why)
  })
})

describe('the yaml', () => {
  it('says beside each value how it differs from the recipe', () => {
    const plain = recipe('set', { base: BASE }).yaml
    expect(plain).not.toMatch(/# the recipe/)
    const { yaml } = recipe('set', {
      base: BASE,
      learningRate: 2e-5,
      epochs: 5,
      cutoff: 8192,
      batch: 48,
      nodes: 2,
      gpus: 8,
    })
    expect(yaml).toMatch(/^learning_rate: 2\.0e-5 {2}# the recipe: 1\.0e-5$/m)
    expect(yaml).toMatch(/^num_train_epochs: 5 {2}# the recipe: 3$/m)
    expect(yaml).toMatch(/^cutoff_len: 8192 {2}# the recipe: 16384$/m)
    expect(yaml).toMatch(/^### train: batch 1 x 3 x 16 GPUs on 2 machines = 48$/m)
    expect(yaml).toMatch(/^per_device_train_batch_size: 1 {2}# the batch of the recipe is 1 x 12 x 8 = 96$/m)
  })

  it('goes on from a checkpoint of its own, or from a folder', () => {
    const from = (resume: string) => recipe('set', { base: BASE, resume }).settings.resume_from_checkpoint
    expect(from('checkpoint-200')).toBe('output/checkpoint-200')
    expect(from('/data/old/checkpoint-200')).toBe('/data/old/checkpoint-200')
  })
})

describe('what a fine-tune needs', () => {
  const shape = shapeOf(BASE)!
  it("is DeepSpeed's estimate, and what field reports found", () => {
    const full = footprint(parametersIn(shape), shape, {})
    expect(full.host / 1e9).toBeCloseTo(884.6, 0)
    expect(full.checkpoint / 1e9).toBeCloseTo(458.7, 0)
    // 16,384 tokens: 10.7 GB of activations, 10.0 GB of logits and as much for their gradient, the embedding in fp32.
    expect(full.gpu! / 1e9).toBeCloseTo(10.74 + 2 * 9.97 + 3.11, 0)
    expect(footprint(parametersIn(shape), shape, { nodes: 3 }).host).toBeCloseTo(full.host / 3)
  })

  it('is less with an adapter, and more with a reference model', () => {
    const lora = footprint(parametersIn(shape), shape, { method: 'lora' })
    // Rank 64 on every matrix of 64 layers: 537 million parameters.
    expect(lora.checkpoint / 14).toBe(64 * 64 * (4 * 5120 + 2 * (5120 + 1024) + 3 * (5120 + 27_648)))
    const [simpo, dpo] = (['simpo', 'sigmoid'] as const).map(
      (loss) => footprint(parametersIn(shape), shape, { stage: 'dpo', preference: { loss } }).host,
    )
    expect(dpo! - simpo!).toBeCloseTo(parametersIn(shape) * 3)
  })

  it('names what a limit pays for', () => {
    const plan = trainingPlan(16_401, { limit: 200 })
    expect(plan.limit).toMatchObject({ dollars: 200, enough: false, lastCheckpoint: 200 })
    expect(plan.limit!.hours).toBeCloseTo(200 / 8 / 2.96)
    expect(String(plan)).toContain('the last checkpoint before it is step 200 of 513')
    expect(trainingPlan(16_401, { limit: { hours: 20 } }).limit).toMatchObject({ enough: true, lastCheckpoint: 500 })
    expect(() => trainingPlan(10, { limit: -1 })).toThrow(/dollars or \{ hours \}, got -1/)
  })

  it('takes the hours of the preference run from its own report', () => {
    const plan = trainingPlan(10_000, { base: 'Sky-T1-32B-Preview', stage: 'dpo' })
    expect(plan.steps).toBe(105)
    expect(plan.hours).toBeCloseTo(2.5)
    expect(String(plan)).toContain('in the post on Sky-T1-32B-Flash')
  })
})

describe('versions', () => {
  it('are compared by their numbers', () => {
    expect(versions.compareVersions('4.57.0', '4.57')).toBe(0)
    expect(versions.compareVersions('2.13.0+cpu', '2.4')).toBeGreaterThan(0)
    expect(versions.compareVersions('0.9.6.dev0', '0.9.5')).toBeGreaterThan(0)
  })

  it.each([
    ['4.57.0', '0.9.5', false],
    ['5.6.0', '0.9.5', true],
    ['5.6.0', '0.9.6.dev0', false],
    ['5.8.0', '0.9.5', false],
    ['5.8.0', '0.9.6.dev0', true],
    ['4.46.1', '0.9.5', false],
  ])('transformers %s with LLaMA-Factory %s: %s', (version, trainer, ok) => {
    expect(versions.transformers(version, trainer).ok).toBe(ok)
  })
})

// What a machine with eight H100 prints, composed from the formats of nvidia-smi, df and /proc: no such machine was there.
const H100 = `home=/home/ada
system=Linux
cli=/home/ada/lf/bin/llamafactory-cli
python=3.11.9
llamafactory=0.9.5
torch=2.8.0
transformers=4.57.1
deepspeed=0.18.4
cuda=12.8
base=cached
${Array.from({ length: 8 }, () => 'gpu=NVIDIA H100 80GB HBM3, 81559, 4, 550.54.15').join('\n')}
memory=1980000000
cgroup=max
cgroup_used=12000000
shm=900000000
disk=3600000000
`
const options: TrainOptions = { base: BASE, on: 'ssh://h100', in: { dir: 'runs/none' } }
const look = (text: string, more: Partial<TrainOptions> = {}) => {
  const all = { ...options, ...more }
  return new Preflight(
    'ssh://h100',
    checksOf(new Found(text), trainingPlan(16_401, all), all),
    '/home/ada',
    trainingPlan(16_401, all),
  )
}
const failed = (text: string, more: Partial<TrainOptions> = {}) =>
  look(text, more)
    .checks.filter((check) => !check.ok)
    .map(({ name, found }) => `${name}: ${found}`)

describe('the pre-flight', () => {
  it('lets a node of eight H100 pass', () => {
    const found = look(H100)
    expect(found.checks.filter((check) => !check.ok)).toEqual([])
    expect(found.ok).toBe(true)
    expect(String(found)).toContain('ssh://h100 is ready')
    expect(String(found)).toMatch(/513 steps × 134 s = 19\.1 h × 8 GPUs × \$2\.96 = \$453/)
    demand(found, options)
  })

  it.each([
    [/^cli=.*\n/m, '', 'trainer: no llamafactory-cli on the PATH'],
    [/python=3.11.9/, 'python=3.10.4', 'Python: 3.10.4'],
    [/transformers=4.57.1/, 'transformers=4.57.0', 'transformers: 4.57.0'],
    [/deepspeed=0.18.4/, 'deepspeed=0.19.0', 'DeepSpeed: 0.19.0'],
    [/deepspeed=.*\n/, '', 'DeepSpeed: none'],
    [/llamafactory=0.9.5/, 'llamafactory=0.8.3', 'LLaMA-Factory: 0.8.3'],
    [/550\.54\.15/g, '470.1.1', 'driver: 470.1.1'],
    [/cuda=12.8/, 'cuda=13.0', 'driver: 550.54.15'],
    [/, 4, 550/, ', 70000, 550', 'GPU memory: 12 GB free on the fullest'],
    [/(gpu=.*\n){4}/, '', 'GPUs: 4 × NVIDIA H100 80GB HBM3'],
    [/$/, 'busy=4711, 70000, python3\n', 'running jobs: 1 process on the GPUs (python3, pid 4711)'],
    [/memory=\d+/, 'memory=700000000', 'main memory: 717 GB free'],
    [/cgroup=max/, 'cgroup=512000000000', 'main memory: 512 GB free in this container'],
    [/shm=\d+/, 'shm=65536', 'shared memory: 0.07 GB free in /dev/shm'],
    [/disk=\d+/, 'disk=800000000', 'disk: 819 GB free'],
    [/base=cached/, 'base=http 401', 'base: on the hub, and gated'],
    [/base=cached/, 'base=http 404', 'base: not on the hub'],
    [/base=cached/, 'base=http 000', 'base: the hub does not answer'],
    [/base=cached/, 'base=offline', 'base: not in the cache, and HF_HUB_OFFLINE is set'],
    [/system=Linux/, 'system=Darwin', 'system: Darwin'],
    [/^cli=.*\n/m, 'setup=failed\n', 'trainer: `setup` ended with an error'],
    [/$/, 'lacks=setsid\nunwritable=/data\n', 'tools: no setsid, no right to write in /data'],
  ])('finds what is wrong: %s', (what, instead, why) => {
    const text = H100.replace(what, instead)
    expect(text).not.toBe(H100)
    expect(failed(text)).toContain(why)
    expect(() => demand(look(text), options)).toThrow(/is not ready/)
    demand(look(text), { ...options, force: true })
  })

  it('asks only for what the settings use', () => {
    const bare = H100.replace(/^(?:gpu|deepspeed|shm|cuda)=.*\n/gm, '').replace(/memory=\d+/, 'memory=8000000')
    expect(failed(bare, { settings: { deepspeed: null, use_cpu: true } })).toEqual([])
    expect(failed(bare)).toContain('GPUs: none that nvidia-smi shows')
    expect(failed(`${H100}port=29501\n`, { env: { MASTER_PORT: '29501' } })).toEqual(['port: 29501 is taken'])
    expect(look(H100, { on: 'practice' }).checks.map(({ name }) => name)).toEqual(['trainer', 'tools'])
  })

  it('stands in a notebook as a table, with what to type beside what failed', () => {
    const html = (
      look(H100.replace(/shm=\d+/, 'shm=65536')) as unknown as Record<symbol, () => Record<string, string>>
    )[Symbol.for('Jupyter.display')]!()['text/html']!
    expect(html).toContain('1 check of')
    expect(html).toMatch(/<code[^>]*>docker run --shm-size=16g/)
  })
})
