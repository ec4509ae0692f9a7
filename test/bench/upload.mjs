// Sending a training file over SSH: `train`'s own way, with the sha256 compared on the far side, beside scp of
// OpenSSH, which compares nothing. A real sshd on 127.0.0.1 for both, in turns.
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'

export const title = 'upload: MB/s to a real sshd on loopback, beside scp'
export const installs = 'nothing; needs openssh-server'
export const minutes = 2
export const options = { megabytes: { type: 'string', default: '300' } }

const ROUNDS = 7

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  if (!existsSync('/usr/sbin/sshd')) {
    tools.log('There is no sshd here: apt-get install openssh-server.')
    return
  }
  const { FarMachine } = await import('../../dist/src/train/ssh/far.js')
  const { resolveTarget } = await import('../../dist/src/train/ssh/target.js')
  const { sendFile } = await import('../../dist/src/train/transfer.js')
  const { sha256Of } = await import('../../dist/src/train/data.js')
  const dir = mkdtempSync(path.join(os.tmpdir(), 'skylab-upload-'))
  const sshd = await startSshd(dir)
  const megabytes = Number(tools.options.megabytes)
  const file = path.join(dir, 'data.bin')
  // Random, so that nothing on the way can make it smaller.
  writeFileSync(file, randomBytes(megabytes * 1e6))
  const sha256 = await sha256Of(file)
  const far = new FarMachine(() => resolveTarget('ssh://box', sshd.config))
  const store = path.join(dir, 'far', '.files')
  const remote = path.join(dir, 'far', 'data.bin')
  mkdirSync(store, { recursive: true })
  const sent = path.join(dir, 'scp.bin')
  const send = () => sendFile(far, { local: file, sha256, remote, store, sender: 'bench' })
  // What scp pays for logging in, `train` has paid when it looked at the machine: so that is timed by itself.
  const ways = {
    'ssh box true': async () => execFileSync('ssh', ['-F', sshd.config, 'box', 'true']),
    'skylab, sent and verified': send,
    scp: async () => execFileSync('scp', ['-q', '-F', sshd.config, file, `box:${sent}`]),
    'skylab, there already': send,
  }
  /** What a round needs to be the first, untimed: nothing there, and the connection open. */
  const prepare = {
    'skylab, sent and verified': () => {
      rmSync(store, { recursive: true })
      rmSync(remote, { force: true })
    },
    scp: () => rmSync(sent, { force: true }),
  }
  const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, way] of Object.entries(ways)) {
        prepare[name]?.()
        await far.exec('true')
        const began = performance.now()
        await way()
        if (name.endsWith('verified') && statSync(remote).size !== megabytes * 1e6) throw new Error('it is not there')
        // The first round fills caches.
        if (round > 0) seconds[name].push((performance.now() - began) / 1000)
      }
    }
  } finally {
    far.close()
    sshd.child.kill()
    rmSync(dir, { recursive: true, force: true })
  }
  const rows = Object.entries(seconds).map(([name, all]) => {
    const middle = tools.median(all)
    return { name, seconds: middle, mbps: megabytes / middle, least: Math.min(...all), most: Math.max(...all) }
  })
  const scp = rows.find(({ name }) => name === 'scp')
  const login = rows.find(({ name }) => name === 'ssh box true').seconds
  const alone = (scp.seconds - login) / rows.find(({ name }) => name.endsWith('verified')).seconds
  const table = [
    '| way | MB/s (median of 7) | s | beside scp |',
    '|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.name} | ${/already|true/.test(row.name) ? '' : row.mbps.toFixed(0)} | ${row.seconds.toFixed(2)} (${row.least.toFixed(2)} to ${row.most.toFixed(2)}) | ${(scp.seconds / row.seconds).toFixed(2)} × |`,
    ),
  ].join('\n')
  tools.report(
    'upload',
    `${megabytes} MB of random bytes, encryption and hashes included, over the connection that \`train\` has open by then. Without scp's login: ${alone.toFixed(2)} ×.\n\n${table}`,
    rows,
  )
}

async function startSshd(dir) {
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(dir, name)])
  execFileSync('cp', [path.join(dir, 'user.pub'), path.join(dir, 'authorized')])
  const probe = net.createServer()
  await new Promise((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  if (process.getuid() === 0) mkdirSync('/run/sshd', { recursive: true })
  // A home of its own: scp's server runs in sshd, and whatever else this user's shell starts with is no part of a transfer.
  writeFileSync(
    path.join(dir, 'sshd_config'),
    `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${dir}/host\nAuthorizedKeysFile ${dir}/authorized\nPidFile none\nStrictModes no\nUsePAM no\nSetEnv HOME=${dir}\nSubsystem sftp internal-sftp\n`,
  )
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', path.join(dir, 'sshd_config')], { stdio: 'ignore' })
  const config = path.join(dir, 'config')
  writeFileSync(path.join(dir, 'known'), `[127.0.0.1]:${port} ${String(execFileSync('cat', [`${dir}/host.pub`]))}`)
  writeFileSync(
    config,
    `Host box\n  HostName 127.0.0.1\n  Port ${port}\n  User ${os.userInfo().username}\n  IdentityFile ${dir}/user\n  IdentityAgent none\n  IdentitiesOnly yes\n  UserKnownHostsFile ${dir}/known\n  GlobalKnownHostsFile none\n`,
  )
  for (let tries = 0; tries < 100; tries++) {
    try {
      execFileSync('ssh', ['-F', config, 'box', 'true'], { stdio: 'ignore' })
      return { child, config }
    } catch {
      await new Promise((done) => setTimeout(done, 100))
    }
  }
  throw new Error('sshd does not answer')
}
