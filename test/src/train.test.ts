import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkData, readDataset } from '../../src/train/data.js'
import { recipe, train, trainingPlan } from '../../src/train/index.js'
import { readState } from '../../src/train/job/state.js'
import { checkEnvironment } from '../../src/train/job.js'
import { secondsOf, TrainerLog } from '../../src/train/log.js'
import { fingerprint, keyState, knownKeys } from '../../src/train/ssh/knownhosts.js'
import { resolveTarget } from '../../src/train/ssh/target.js'
import { readYaml, writeYaml } from '../../src/train/yaml.js'
import { BASE, remove, row, temporary, writeSet } from './train.data.js'

let dir: string
beforeEach(() => {
  dir = temporary()
})
afterEach(() => remove(dir))

describe('trainingPlan', () => {
  it("gives the report's own figures for the report's own run", () => {
    const plan = trainingPlan(16_401)
    expect(plan.batch).toEqual({ micro: 1, accumulation: 12, gpus: 8, rows: 96 })
    expect(plan.steps).toBe(513)
    expect(plan.stepsBefore447).toBe(510)
    expect(plan.warmup).toBe(52)
    expect(plan.hours).toBeCloseTo(19.1, 1)
    expect(plan.dollars).toBeCloseTo(452.6, 0)
    expect(plan.price).toBe(2.96)
    expect(plan.hostMemory! / 1e9).toBeCloseTo(884.5, 0)
    expect(plan.checkpoint! / 1e9).toBeCloseTo(458.6, 0)
  })

  it.each([
    [15_586, 489, 486],
    [17_000, 534, 531],
    [1, 3, 3],
    [768, 24, 24],
    [769, 27, 24],
  ])('counts the steps of %i rows as transformers does', (rows, steps, before) => {
    const plan = trainingPlan(rows)
    expect([plan.steps, plan.stepsBefore447]).toEqual([steps, before])
  })

  it('takes a price, a rate and another base', () => {
    const plan = trainingPlan(1000, { base: 'Qwen/Qwen2.5-7B-Instruct', price: 2, secondsPerStep: 10, gpus: 4 })
    expect(plan.parameters).toBe(7_615_616_512)
    expect(plan.dollars).toBeCloseTo(((plan.steps * 10) / 3600) * 4 * 2)
    expect(plan.assumptions[0]).toBe('10 s a step, as given')
    expect(String(plan)).toContain('1 × 24 × 4 = 96')
  })

  it('says what it does not know', () => {
    const plan = trainingPlan(10, { base: 'me/my-model' })
    expect(plan.hostMemory).toBeNull()
    expect(String(plan)).toContain('unknown (give `parameters`)')
  })

  it('refuses a batch that does not divide, and names one that does', () => {
    expect(() => trainingPlan(1000, { gpus: 7 })).toThrow(/96 rows cannot be divided over 7 GPUs/)
    expect(() => trainingPlan(0)).toThrow(/needs training rows/)
    expect(() => trainingPlan(10, { gpus: 0 })).toThrow(/`gpus` to be a whole number from 1 up, got 0/)
  })
})

describe('recipe', () => {
  it("holds the recipe's settings", () => {
    const { settings, deepspeed } = recipe('sky-t1-17k', { base: BASE })
    expect(settings).toMatchObject({
      model_name_or_path: BASE,
      stage: 'sft',
      finetuning_type: 'full',
      template: 'qwen',
      cutoff_len: 16_384,
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 12,
      learning_rate: 1e-5,
      num_train_epochs: 3,
      lr_scheduler_type: 'cosine',
      warmup_ratio: 0.1,
      bf16: true,
      save_steps: 100,
      save_total_limit: 1,
      ddp_timeout: 180_000_000,
    })
    expect(JSON.parse(deepspeed).zero_optimization).toMatchObject({
      stage: 3,
      offload_optimizer: { device: 'cpu', pin_memory: true },
      offload_param: { device: 'cpu', pin_memory: true },
    })
  })

  it('reads back as it was written, by our reader and by a real one', () => {
    const { yaml, settings } = recipe('a set: with "signs"', {
      base: '/models/null',
      settings: { run_name: '1e5', flash_attn: 'fa2' },
    })
    expect(readYaml(yaml)).toEqual(settings)
    const python =
      'import json,sys\ntry:\n import yaml\nexcept ImportError: print("null"); sys.exit()\nprint(json.dumps(yaml.safe_load(sys.stdin)))'
    const real = JSON.parse(execFileSync('python3', ['-c', python], { input: yaml }).toString()) as unknown
    if (real) expect(real).toEqual(settings)
  })

  it('lets every setting be replaced, added and taken out', () => {
    const { settings, yaml } = recipe('set', {
      base: BASE,
      method: 'lora',
      settings: { deepspeed: null, bf16: false, enable_liger_kernel: true },
    })
    expect(settings).toMatchObject({
      finetuning_type: 'lora',
      lora_rank: 64,
      learning_rate: 1e-4,
      bf16: false,
      enable_liger_kernel: true,
    })
    expect(settings).not.toHaveProperty('deepspeed')
    expect(yaml.match(/^bf16:/gm)).toHaveLength(1)
  })

  it('finds a misspelt key and template here', () => {
    expect(() => recipe('set', { base: BASE, settings: { learning_rat: 1 } })).toThrow(
      /no setting `learning_rat`; the nearest is `learning_rate`/,
    )
    expect(() => recipe('set', { base: BASE, template: 'qwen25' })).toThrow(/no template `qwen25`/)
  })
})

describe('yaml', () => {
  it('keeps the kind of every value', () => {
    const values = {
      a: 1e-5,
      b: 1e-7,
      c: 'true',
      d: true,
      e: 'a # b',
      f: "it's",
      g: null,
      h: ['x', 'y'],
      i: '',
      j: '1.5',
      k: 180_000_000,
    }
    const lines = Object.entries(values).map(([key, value]) => ({ key, value, why: 'a reason # with a sign' }))
    expect(readYaml(writeYaml(lines))).toEqual(values)
  })

  it('names the line that is not a setting', () => {
    expect(() => readYaml('a: 1\n  b: 2\n')).toThrow('line 2')
    expect(() => readYaml('a: 1\na: 2\n')).toThrow('stands twice')
  })
})

describe('checkData', () => {
  it('takes a good set', async () => {
    const report = await checkData(writeSet(dir))
    expect(report).toMatchObject({ rows: 2, skipped: [] })
  })

  it.each([
    [
      'human',
      {
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
      },
      'turn 1 is from "human", expected "user"',
    ],
    ['odd', { conversations: [{ from: 'user', value: 'q' }] }, '1 turn; they come in pairs'],
    [
      'twice',
      {
        conversations: [
          { from: 'user', value: 'q' },
          { from: 'user', value: 'q' },
        ],
      },
      'turn 2 is from "user", expected "assistant"',
    ],
    [
      'empty',
      {
        conversations: [
          { from: 'user', value: 'q' },
          { from: 'assistant', value: ' ' },
        ],
      },
      'turn 2 is empty',
    ],
    ['none', { text: 'q' }, '"conversations" is missing'],
  ])('finds a row that LLaMA-Factory would skip: %s', async (_, bad, why) => {
    const data = writeSet(dir, [row('q'), bad])
    expect((await readDataset(dir, 'tiny')).skipped).toEqual([{ row: 1, why }])
    await expect(checkData(data)).rejects.toMatchObject({ code: 'bad-data' })
  })

  it('takes no default tag where there is a tags block, as LLaMA-Factory does', async () => {
    const turns = [
      { from: 'system', value: 's' },
      { from: 'user', value: 'q' },
      { from: 'assistant', value: 'a' },
    ]
    const tags = { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' }
    writeSet(dir, [{ conversations: turns }], { formatting: 'sharegpt', tags })
    expect((await readDataset(dir, 'tiny')).skipped).toHaveLength(1)
    writeSet(dir, [{ conversations: turns }], { formatting: 'sharegpt', tags: { ...tags, system_tag: 'system' } })
    expect((await readDataset(dir, 'tiny')).skipped).toHaveLength(0)
  })

  it('notices a file that was changed, is gone, or is not the entry', async () => {
    const data = writeSet(dir)
    await expect(checkData({ ...data, name: 'other' })).rejects.toMatchObject({
      code: 'bad-data',
      message: 'Undefined dataset other in dataset_info.json.',
    })
    appendFileSync(path.join(dir, 'tiny.json'), '\n')
    await expect(checkData(data)).rejects.toThrow(/has changed since it was written/)
    writeFileSync(path.join(dir, 'tiny.json'), '[')
    await expect(checkData(data)).rejects.toThrow(/is not JSON/)
    writeSet(dir, [])
    await expect(checkData(data)).rejects.toMatchObject({ code: 'no-rows' })
  })
})

describe('TrainerLog', () => {
  const line = (step: number, elapsed: string, more = {}) =>
    `${JSON.stringify({ current_steps: step, total_steps: 10, loss: 1 / step, lr: 1e-5, epoch: step / 10, elapsed_time: elapsed, remaining_time: '9:99:99', ...more })}\n`
  const feed = (log: TrainerLog, text: string) => log.add(Buffer.from(text), log.offset + Buffer.byteLength(text))

  it('reads lines as they come, torn anywhere', () => {
    const text = line(1, '0:00:10') + line(2, '0:00:20')
    for (let cut = 0; cut <= text.length; cut++) {
      const log = new TrainerLog()
      feed(log, text.slice(0, cut))
      feed(log, text.slice(cut))
      expect(log.after(0).map(({ step }) => step)).toEqual([1, 2])
      expect(log.offset).toBe(text.length)
    }
  })

  it('counts seconds over a resume, and the time left by the rate since', () => {
    const log = new TrainerLog()
    for (let step = 1; step <= 5; step++) feed(log, line(step, `0:00:${step * 10}`))
    expect(log.after(4)[0]).toMatchObject({ step: 5, seconds: 50, eta: 50 })
    // Crashed after step 5, resumed from a checkpoint at step 3, and twice as fast now.
    feed(log, line(4, '0:00:07', { loss: 9 }))
    expect(log.after(3).map(({ step, loss }) => [step, loss])).toEqual([
      [4, 9],
      [5, 0.2],
    ])
    expect(log.after(0)[3]).toMatchObject({ seconds: 57, eta: 60 })
    feed(log, line(5, '0:00:12'))
    expect(log.after(4)[0]).toMatchObject({ step: 5, seconds: 62, eta: 25 })
  })

  it('begins again with a log that was begun again, and passes over lines without a loss', () => {
    const log = new TrainerLog()
    feed(log, line(1, '0:00:10') + line(2, '0:00:20'))
    log.add(Buffer.alloc(0), 5)
    expect(log.offset).toBe(0)
    feed(log, `${line(1, '0:00:01')}${JSON.stringify({ current_steps: 10, total_steps: 10, epoch: 3 })}\nnot json\n`)
    expect(log.after(0)).toHaveLength(2)
  })

  it('reads the recorded log of the real trainer', () => {
    const log = new TrainerLog()
    feed(log, readFileSync(new URL('../../fixtures/trainer_log.jsonl', import.meta.url), 'utf8'))
    const steps = log.after(0)
    const { total } = steps[0]!
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: total }, (_, index) => index + 1))
    expect(steps.at(-1)).toMatchObject({ step: total, eta: 0, epoch: 3 })
  })

  it('reads the times that Python prints', () => {
    expect(secondsOf('0:01:41')).toBe(101)
    expect(secondsOf('1 day, 4:06:56')).toBe(101_216)
    expect(secondsOf('12 days, 0:00:00')).toBe(1_036_800)
  })
})

describe('known_hosts', () => {
  it('knows plain, hashed, bracketed and wildcard names, and what is revoked', () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(dir, 'a')])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(dir, 'b')])
    const [a, b] = ['a', 'b'].map((name) =>
      readFileSync(path.join(dir, `${name}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' '),
    )
    const bytes = (key: string) => Buffer.from(key.split(' ')[1]!, 'base64')
    const file = path.join(dir, 'known')
    writeFileSync(file, `# a comment\nplain,[other]:2222 ${a}\n`)
    const state = (host: string, port: number, key: string) =>
      keyState(knownKeys([path.join(dir, 'none'), file], host, port), bytes(key))
    expect(state('plain', 22, a!)).toBe('known')
    expect(state('PLAIN', 22, a!)).toBe('known')
    expect(state('plain', 22, b!)).toBe('changed')
    expect(state('plain', 2222, a!)).toBe('unknown')
    expect(state('other', 2222, a!)).toBe('known')
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).not.toContain('plain')
    expect(state('plain', 22, a!)).toBe('known')
    expect(state('other', 2222, a!)).toBe('known')
    expect(state('third', 22, a!)).toBe('unknown')
    writeFileSync(file, `*.example.org,!bad.example.org ${a}\n@revoked * ${b}\n@cert-authority * ${a}\n`)
    expect(state('good.example.org', 22, a!)).toBe('known')
    expect(state('bad.example.org', 22, a!)).toBe('unknown')
    expect(state('good.example.org', 22, b!)).toBe('revoked')
    const printed = execFileSync('ssh-keygen', ['-l', '-f', path.join(dir, 'a.pub')]).toString()
    expect(printed).toContain(fingerprint(bytes(a!)))
  })
})

describe('ssh://', () => {
  it('means what `ssh` means', async () => {
    const config = path.join(dir, 'config')
    writeFileSync(
      config,
      `Host gpu\n  HostName 10.0.0.7\n  Port 2200\n  User ada\n  IdentityFile ${dir}/%r-key\n  IdentitiesOnly yes\n  UserKnownHostsFile ${dir}/known "${dir}/a b"\n  HostKeyAlias gpu-key\n  ProxyJump door,me@second:2022\nHost door\n  HostName door.example.org\n  ProxyJump outer\nHost piped\n  ProxyCommand connect %h %p as %r\n`,
    )
    const target = await resolveTarget('ssh://gpu', config)
    expect(target).toMatchObject({
      host: '10.0.0.7',
      port: 2200,
      user: 'ada',
      identities: [`${dir}/ada-key`],
      identitiesOnly: true,
      hostKeyAlias: 'gpu-key',
    })
    expect(target.knownHosts.slice(0, 2)).toEqual([`${dir}/known`, `${dir}/a b`])
    expect(target.jumps.map(({ host, port, user }) => `${user}@${host}:${port}`).slice(1)).toEqual([
      expect.stringMatching(/@door\.example\.org:22$/),
      'me@second:2022',
    ])
    expect(target.jumps[0]!.host).toBe('outer')
    expect(await resolveTarget('ssh://eve@gpu:99', config)).toMatchObject({
      user: 'eve',
      port: 99,
      command: `ssh -F ${config} -p 99 eve@gpu`,
    })
    expect((await resolveTarget('ssh://piped', config)).proxyCommand).toMatch(/^connect piped 22 as /)
  })

  it.each(['ssh://', 'ssh://-oProxyCommand=x', 'ssh://-l@host', 'ssh://host/path', 'ssh://a b', 'http://host'])(
    'refuses %s',
    async (address) => {
      await expect(resolveTarget(address)).rejects.toMatchObject({ code: 'bad-call' })
    },
  )
})

describe('what a job says of itself', () => {
  it.each([
    ['absent=1', 'absent'],
    ['attempt=0\nnow=100', 'new'],
    ['attempt=1\nnow=100\npids=7 8 \nstarted=90\nbegun=', 'running'],
    ['attempt=1\nnow=100\npids=\nstarted=95', 'running'],
    ['attempt=1\nnow=100\npids=\nstarted=50', 'failed'],
    ['attempt=1\nnow=100\npids=\nstarted=99\nbegun=', 'failed'],
    ['attempt=2\nnow=100\npids=\nstarted=50\nbegun=\nexit=0', 'done'],
    ['attempt=2\nnow=100\npids=\nstarted=50\nbegun=\nexit=1', 'failed'],
    ['attempt=2\nnow=100\npids=\nstarted=50\nbegun=\nexit=143\nstopped=99', 'stopped'],
    ['attempt=2\nnow=100\npids=5\nstarted=50\nbegun=\nstopped=99', 'running'],
    ['attempt=1\nnow=100\npids=\nstarted=99\nboot=a\nboot_now=b', 'failed'],
  ])('%j is %s', (text, state) => {
    expect(readState(text).state).toBe(state)
  })

  it('lets only listed names into the environment', () => {
    checkEnvironment({ HF_HOME: '/data', NCCL_DEBUG: 'INFO', CUDA_VISIBLE_DEVICES: '0' })
    expect(() => checkEnvironment({ HF_TOKEN: 'x' })).toThrow(/HF_TOKEN is not on the list .* looks like a secret/)
    expect(() => checkEnvironment({ PATH: 'x' })).toThrow(/PATH is not on the list/)
    expect(() => checkEnvironment({ 'A=1; rm': 'x' })).toThrow(/not on the list/)
  })
})

describe('train', () => {
  it('refuses what it cannot do, and says so', async () => {
    const data = writeSet(dir)
    const with_ = (options: object) => train(data, { base: BASE, on: 'practice', in: { dir }, ...options })
    await expect(with_({ on: 'h100' })).rejects.toMatchObject({ code: 'bad-call' })
    await expect(with_({ on: 'slurm://login', slurm: { partition: 'a\nb' } })).rejects.toMatchObject({
      code: 'bad-call',
    })
    await expect(with_({ on: ['ssh://a', 'ssh://b'] })).rejects.toMatchObject({
      code: 'bad-call',
      message: expect.stringContaining('ssh://a, ssh://b'),
      fix: expect.stringContaining("on: 'slurm://login', nodes: 2"),
    })
    await expect(with_({ on: 'ssh://a', nodes: 3 })).rejects.toMatchObject({
      code: 'bad-call',
      fix: expect.stringContaining("on: 'slurm://login', nodes: 3"),
    })
    await expect(with_({ limit: 0 })).rejects.toMatchObject({ code: 'bad-call' })
    await expect(with_({ nodes: 2 })).rejects.toMatchObject({ code: 'bad-call' })
    await expect(with_({ base: '' })).rejects.toThrow(/`base` to name a model/)
    await expect(with_({ env: { OPENAI_API_KEY: 'sk' } })).rejects.toThrow(/looks like a secret/)
    await expect(with_({ in: undefined })).rejects.toThrow(/needs a workspace/)
  })
})
