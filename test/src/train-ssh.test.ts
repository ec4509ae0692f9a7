import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { attach, dryRun, type Run, ready, type TrainOptions, train } from '../../src/train/index.js'
import { FarMachine } from '../../src/train/ssh/far.js'
import { resolveTarget } from '../../src/train/ssh/target.js'
import { BASE, remove, row, temporary, writeSet } from './train.data.js'
import { hasSshd, type Sshd, standInTrainer, startSshd } from './train.sshd.js'

describe.skipIf(!hasSshd)('a real sshd', () => {
  let sshd: Sshd
  let root: string
  let dir: string
  let place = 0
  const started: Run[] = []

  beforeAll(async () => {
    root = temporary()
    sshd = await startSshd(path.join(root, 'sshd'))
  })
  afterAll(async () => {
    await sshd.close()
    remove(root)
  })
  beforeEach(() => {
    dir = path.join(root, `work ${place++}`)
  })
  afterEach(async () => {
    sshd.deaf(false)
    writeFileSync(path.join(sshd.dir, 'known_hosts'), sshd.known)
    for (const run of started.splice(0)) await run.stop(2)
  })

  const far = (host = 'box') => new FarMachine(() => resolveTarget(`ssh://${host}`, sshd.config))
  const options = (seconds = 2, more: Partial<TrainOptions> = {}): TrainOptions => ({
    base: BASE,
    on: 'ssh://box',
    in: { dir },
    // A blank and a quote in every path on the way.
    folder: `${dir}/it's far`,
    setup: `PATH='${standInTrainer(root)}':$PATH; export PRACTICE_SECONDS=${seconds}`,
    sshConfig: sshd.config,
    force: true,
    ...more,
  })
  const start = async (seconds?: number, more?: Partial<TrainOptions>) => {
    const run = await train(writeSet(dir), options(seconds, more))
    started.push(run)
    return run
  }

  describe('the connection', () => {
    it('runs scripts whatever they hold', async () => {
      const machine = far()
      const odd = 'a \'b\' "c" $HOME `id` \\ \n é 漢'
      const { stdout, stderr, code } = await machine.exec(
        `printf %s '${odd.replaceAll("'", "'\\''")}'; echo no >&2; exit 7`,
      )
      expect([stdout.toString(), stderr, code]).toEqual([odd, 'no\n', 7])
      expect((await machine.exec('kill -9 $$')).code).toBeNull()
    })

    it('sends and fetches through cuts, and the bytes are the same', async () => {
      const machine = far()
      const local = path.join(root, 'sent.bin')
      const remote = path.join(root, "it's (there).bin")
      writeFileSync(local, randomBytes(24 * 1024 * 1024))
      await machine.exec('true')
      sshd.cutAfter(9 * 1024 * 1024)
      const before = sshd.sent()
      await machine.send(local, remote)
      expect(readFileSync(remote).equals(readFileSync(local))).toBe(true)
      // What had arrived was not sent again, but for what was on its way.
      expect(sshd.sent() - before).toBeLessThan(32 * 1024 * 1024)
      const back = path.join(root, 'back.bin')
      writeFileSync(back, readFileSync(local).subarray(0, 5_000_000))
      await machine.fetch(remote, back)
      expect(readFileSync(back).equals(readFileSync(local))).toBe(true)
      await expect(machine.fetch('/no/such/file', path.join(root, 'none'))).rejects.toMatchObject({ code: 'no-file' })
      await expect(machine.send(local, '/no/such/folder/file')).rejects.toMatchObject({ code: 'no-file' })
    })

    it('goes through jump hosts and proxy commands', async () => {
      const host = readFileSync(path.join(sshd.dir, 'host.pub'), 'utf8')
      writeFileSync(path.join(sshd.dir, 'known_hosts'), `${sshd.known}far ${host}`)
      for (const name of ['far', 'piped']) {
        const machine = far(name)
        expect((await machine.exec('echo $SSH_CONNECTION')).stdout.toString()).toMatch(/^127\.0\.0\.1 /)
        machine.close()
      }
    })

    it('asks the agent', async () => {
      const socket = path.join(root, 'agent')
      const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
      try {
        while (!existsSync(socket)) await new Promise((done) => setTimeout(done, 20))
        execFileSync('ssh-add', ['-q', path.join(sshd.dir, 'user')], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
        const config = path.join(root, 'agent-config')
        const text = readFileSync(sshd.config, 'utf8')
        writeFileSync(
          config,
          text
            .replace('IdentityAgent none', `IdentityAgent ${socket}`)
            .replace('IdentitiesOnly yes', '')
            .replace(`${sshd.dir}/user\n`, '/none\n'),
        )
        const machine = new FarMachine(() => resolveTarget('ssh://box', config))
        expect((await machine.exec('echo in')).stdout.toString()).toBe('in\n')
        machine.close()
      } finally {
        agent.kill()
      }
    })

    it('asks for a passphrase, once, where no other key lets it in', async () => {
      const locked = path.join(root, 'locked')
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'correct horse', '-f', locked])
      appendFileSync(path.join(sshd.dir, 'authorized'), readFileSync(`${locked}.pub`))
      const config = path.join(root, 'locked-config')
      writeFileSync(config, readFileSync(sshd.config, 'utf8').replace(`${sshd.dir}/user\n`, `${locked}\n`))
      const machine = () => new FarMachine(() => resolveTarget('ssh://box', config))
      // Nobody there to ask.
      await expect(machine().exec('true')).rejects.toMatchObject({ code: 'bad-key', fix: `ssh-add ${locked}` })
      const asked: [string, unknown][] = []
      const answers = ['wrong', 'correct horse']
      const place = globalThis as Record<symbol, unknown>
      place[Symbol.for('skylab.host')] = {
        display: () => undefined,
        signal: () => new AbortController().signal,
        prompt: async (text: string, options: unknown) => {
          asked.push([text, options])
          return answers.shift()
        },
      }
      try {
        for (let connections = 0; connections < 2; connections++) {
          const one = machine()
          expect((await one.exec('echo in')).stdout.toString()).toBe('in\n')
          one.close()
        }
      } finally {
        delete place[Symbol.for('skylab.host')]
      }
      expect(asked).toEqual(Array(2).fill(['Passphrase for locked (box): ', { password: true }]))
    })

    it('says that it cannot check a certificate', async () => {
      const authority = readFileSync(path.join(sshd.dir, 'stranger.pub'), 'utf8')
      writeFileSync(path.join(sshd.dir, 'known_hosts'), `@cert-authority [127.0.0.1]:${sshd.port} ${authority}`)
      await expect(far().exec('true')).rejects.toMatchObject({
        code: 'no-host',
        message: expect.stringMatching(/certificate authority \(SHA256:.*cannot be checked here/),
        fix: expect.stringContaining(`ssh-keyscan -p ${sshd.port} 127.0.0.1`),
      })
    })

    it('refuses a key that is not known, and says what to type', async () => {
      writeFileSync(path.join(sshd.dir, 'known_hosts'), '')
      const fingerprint = execFileSync('ssh-keygen', ['-lf', path.join(sshd.dir, 'host.pub')])
        .toString()
        .split(' ')[1]!
      await expect(far().exec('true')).rejects.toMatchObject({
        code: 'no-host',
        message: expect.stringContaining(`is not in known_hosts: ${fingerprint}`),
        fix: expect.stringContaining(`ssh -F ${sshd.config} box`),
      })
      expect(readFileSync(path.join(sshd.dir, 'known_hosts'), 'utf8')).toBe('')
    })

    it('refuses a key that has changed', async () => {
      const other = readFileSync(path.join(sshd.dir, 'stranger.pub'), 'utf8')
      writeFileSync(path.join(sshd.dir, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${other}`)
      await expect(far().exec('true')).rejects.toMatchObject({
        code: 'no-host',
        message: expect.stringContaining('is not the one in known_hosts'),
        fix: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${sshd.port}'`),
      })
    })

    it('takes the kind of key that is known, as ssh does', async () => {
      const rsa = readFileSync(path.join(sshd.dir, 'host_rsa.pub'), 'utf8')
      writeFileSync(path.join(sshd.dir, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${rsa}`)
      const machine = far()
      expect((await machine.exec('echo in')).stdout.toString()).toBe('in\n')
      machine.close()
    })

    it('says who refused whom, and who does not answer', async () => {
      await expect(far('stranger').exec('true')).rejects.toMatchObject({
        code: 'bad-key',
        message: expect.stringMatching(/@127\.0\.0\.1:\d+ refused/),
      })
      await expect(far('nobody').exec('true', { patience: 0 })).rejects.toMatchObject({
        code: 'no-host',
        message: expect.stringContaining('nothing listens on 127.0.0.1:1'),
        fix: `ssh -F ${sshd.config} nobody`,
      })
      await expect(far('no-such-host.invalid').exec('true', { patience: 0 })).rejects.toMatchObject({
        code: 'no-host',
        message: expect.stringContaining('no machine called no-such-host.invalid'),
      })
    })
  })

  describe('train', () => {
    it('says what the machine lacks, before anything is sent', async () => {
      const error = await train(writeSet(dir), options(2, { force: false, setup: 'true' })).catch(
        (error: Error) => error,
      )
      expect(error).toMatchObject({ code: 'no-tool' })
      expect((error as Error).message).toMatch(/trainer: found no llamafactory-cli on the PATH/)
      expect((error as Error).message).toMatch(/GPUs: found .*; needed 8/)
      expect(existsSync(`${dir}/it's far`)).toBe(false)
      expect(existsSync(path.join(dir, 'train.yaml'))).toBe(true)
    })

    it('runs to the end through cuts, with every step once', async () => {
      const run = await start(4)
      expect(run.logOrigin).toBeUndefined()
      expect(run.dir).toBe(`${dir}/it's far/${run.id}`)
      const steps: number[] = []
      for await (const { step } of run.steps()) {
        steps.push(step)
        if (step % 15 === 0) sshd.cut()
        if (step === 40) {
          sshd.deaf(true)
          setTimeout(() => sshd.deaf(false), 700)
        }
      }
      expect(steps).toEqual(Array.from({ length: steps.at(-1)! }, (_, index) => index + 1))
      const { checkpoint, dollars, hours } = await run.wait()
      expect(checkpoint).toBe(`${run.dir}/output`)
      expect(dollars).toBeCloseTo(hours * 8 * 2.96)
      expect(existsSync(path.join(run.dir, 'train.yaml'))).toBe(true)
    })

    it('is one job when launched twice at once, and is found by another process', async () => {
      const [first, second] = await Promise.all([start(3), start(3)])
      expect(first.id).toBe(second.id)
      await train(writeSet(dir), options(3))
      expect(readdirSync(path.join(first.dir, 'attempts'))).toEqual(['1'])
      const found = await attach(first.id, { in: { dir } })
      expect(found.dir).toBe(first.dir)
      const direct = await attach(first.id, { on: 'ssh://box', folder: `${dir}/it's far`, sshConfig: sshd.config })
      expect(['running', 'done']).toContain(await direct.state())
      await found.wait()
    })

    it('stops a job and all its processes', async () => {
      const run = await start(60)
      for await (const { step } of run.steps()) if (step >= 1) break
      expect(await run.stop()).toBe('stopped')
      expect(await run.stop()).toBe('stopped')
      const left = readdirSync('/proc').filter(
        (pid) => /^\d+$/.test(pid) && environment(pid).includes(`SKYLAB_JOB=${run.dir}/`),
      )
      expect(left).toEqual([])
    })

    it('sends data once, by its hash', async () => {
      const rows = Array.from({ length: 3000 }, (_, index) => row(`${index}?`, randomBytes(500).toString('hex')))
      const run = await train(writeSet(dir, rows), options(0.2))
      await run.wait()
      const before = sshd.sent()
      writeFileSync(path.join(run.dir, 'attempts/1/exit'), '1\n')
      await (await train(writeSet(dir, rows), options(0.2))).wait()
      expect(sshd.sent() - before).toBeLessThan(200_000)
    })

    it('does not take a job for running that its launcher could not start', async () => {
      writeFileSync(path.join(root, 'a file'), '')
      await expect(train(writeSet(dir), options(1, { folder: `${root}/a file/below` }))).rejects.toMatchObject({
        code: 'no-file',
      })
    })

    it('keeps secrets out of the job', async () => {
      process.env.SKYLAB_TEST_TOKEN = 'very-secret-value'
      try {
        const run = await start(0.2, { env: { HF_HOME: "/data/it's", NCCL_DEBUG: 'INFO' } })
        await run.wait()
        const script = readFileSync(path.join(run.dir, 'run.sh'), 'utf8')
        expect(script).toContain("export HF_HOME='/data/it'\\''s'")
        expect(spawnSync('grep', ['-rlF', 'very-secret-value', run.dir, dir], { encoding: 'utf8' })).toMatchObject({
          status: 1,
          stdout: '',
        })
      } finally {
        delete process.env.SKYLAB_TEST_TOKEN
      }
    })
  })
})

function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return ''
  }
}

describe.skipIf(!hasSshd)('before a launch', () => {
  it('is looked at over a real sshd, and nothing is written there; what would be sent can be read', async () => {
    const dir = temporary()
    const sshd = await startSshd(path.join(dir, 'sshd'))
    try {
      const data = writeSet(path.join(dir, 'data'))
      const options: TrainOptions = {
        base: '/no/such/base',
        on: 'ssh://box',
        in: { dir: path.join(dir, 'work') },
        folder: path.join(dir, 'far'),
        sshConfig: sshd.config,
        setup: `PATH='${standInTrainer(dir)}':$PATH`,
      }
      const found = await ready(data, options)
      const check = (name: string) => found.checks.find((one) => one.name === name)
      expect(check('trainer')).toMatchObject({ ok: true, found: expect.stringContaining('llamafactory-cli') })
      expect(check('system')).toMatchObject({ ok: true, found: 'Linux' })
      expect(check('base')).toMatchObject({ ok: false, found: 'no config.json in /no/such/base' })
      expect(check('main memory')!.found).toMatch(/^[\d.]+ GB free/)
      expect(check('disk')!.found).toMatch(/^[\d.]+ GB free/)
      expect(found.ok).toBe(false)
      const dry = await dryRun(data, options)
      expect(Object.keys(dry.files)).toEqual(
        expect.arrayContaining(['job.json', 'train.yaml', 'dataset_info.json', 'run.sh', 'watch.sh']),
      )
      expect(String(dry)).toContain('llamafactory-cli train train.yaml')
      expect(String(dry)).toContain('Nothing was sent.')
      expect(dry.commands.map(({ what }) => what)).toEqual([
        expect.stringContaining('folder'),
        expect.stringContaining('already'),
        expect.stringContaining('looks at the machine'),
        expect.stringContaining('small files'),
        expect.stringContaining('by its hash'),
        expect.stringContaining('receives the training file'),
        expect.stringContaining('limit'),
        expect.stringContaining('starts'),
      ])
      expect(existsSync(path.join(dir, 'far'))).toBe(false)
      // What is shown is what goes: the same call with the launch writes the same files.
      const exec = vi.spyOn(FarMachine.prototype, 'exec')
      const send = vi.spyOn(FarMachine.prototype, 'send')
      const run = await train(data, { ...options, force: true, env: {} })
      const [before, receive] = [send.mock.calls[0]![2]!.before, send.mock.calls[0]![2]!.receive]
      const ran = exec.mock.calls.map(([script]) => script)
      const shown = dry.commands.map(({ script }) => script)
      // job.json holds the time at which it was made.
      const withoutTime = (script: string | undefined) => script?.replace(/"created": "[^"]*"/, '')
      expect([...ran.slice(0, 4), before, receive, ...ran.slice(4, 6)].map(withoutTime)).toEqual(shown.map(withoutTime))
      for (const [name, text] of Object.entries(dry.files))
        if (name !== 'job.json') expect(readFileSync(path.join(run.dir, name), 'utf8'), name).toBe(text)
      await run.stop(2)
    } finally {
      await sshd.close()
      remove(dir)
    }
  })
})
