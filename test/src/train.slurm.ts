// A real Slurm of the test's own: one node on 127.0.0.1, ports of its own, daemons ended by their pids.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Cluster {
  /** Environment in which sbatch, squeue and the rest find it. */
  env: { SLURM_CONF: string }
  /** Runs one of Slurm's commands. */
  slurm(...command: string[]): string
  /** Ends the controller, and starts it again. */
  controller(up: boolean): Promise<void>
  close(): Promise<void>
}

export async function startSlurm(dir: string, { nodes = 1 } = {}): Promise<Cluster> {
  mkdirSync(dir, { recursive: true, mode: 0o755 })
  const socket = path.join(dir, 'munge', 'socket')
  const munge = path.join(dir, 'munge')
  mkdirSync(munge, { mode: 0o755 })
  execFileSync('dd', ['if=/dev/urandom', `of=${munge}/key`, 'bs=1', 'count=128'], { stdio: 'ignore' })
  chmodSync(`${munge}/key`, 0o600)
  const children: ChildProcess[] = []
  const start = (command: string, args: string[], env = {}) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
    children.push(child)
    return child
  }
  start('munged', [
    '--foreground',
    '--force',
    `--socket=${socket}`,
    `--key-file=${munge}/key`,
    `--pid-file=${munge}/pid`,
    `--log-file=${munge}/log`,
    `--seed-file=${munge}/seed`,
  ])
  const ports = await free(1 + nodes)
  const names = Array.from({ length: nodes }, (_, i) => (nodes === 1 ? 'localhost' : `node${i}`))
  mkdirSync(`${dir}/ctld`)
  const cpus = os.cpus().length
  const conf = path.join(dir, 'slurm.conf')
  writeFileSync(
    conf,
    `ClusterName=practice
SlurmctldHost=${os.hostname()}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${socket},cred_expire=10
SlurmctldPort=${ports[0]}
StateSaveLocation=${dir}/ctld
SlurmdSpoolDir=${dir}/d-%n
SlurmctldPidFile=${dir}/ctld.pid
SlurmdPidFile=${dir}/d-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmctldTimeout=60
KillWait=5
MinJobAge=300
SchedulerParameters=sched_interval=2,bf_interval=2,requeue_delay=0
JobRequeue=1
${names.map((name, i) => `NodeName=${name} NodeHostname=${os.hostname()} NodeAddr=127.0.0.1 Port=${ports[1 + i]} CPUs=${cpus} RealMemory=1000 State=UNKNOWN`).join('\n')}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE OverTimeLimit=0 OverSubscribe=FORCE:4 State=UP
`,
  )
  const env = { SLURM_CONF: conf }
  const slurm = (...command: string[]) =>
    execFileSync(command[0]!, command.slice(1), { env: { ...process.env, ...env } }).toString()
  let controller = start('slurmctld', ['-f', conf, '-D'], env)
  for (const name of names) start('slurmd', ['-N', name, '-f', conf, '-D'], env)
  const up = async () => {
    for (let tries = 0; tries < 120; tries++) {
      const { stdout } = spawnSync('sinfo', ['-h', '-o', '%D %T'], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      })
      if (stdout.trim() === `${nodes} idle`) return
      await sleep(500)
    }
    throw new Error(
      `Slurm does not come up: ${spawnSync('sinfo', ['-R'], { env: { ...process.env, ...env }, encoding: 'utf8' }).stdout}`,
    )
  }
  await up()
  const end = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((done) => child.once('exit', done))
    child.kill()
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(late)
  }
  return {
    env,
    slurm,
    async controller(on) {
      if (!on) return end(controller)
      controller = start('slurmctld', ['-f', conf, '-D'], env)
      for (let tries = 0; tries < 60; tries++) {
        if (
          spawnSync('scontrol', ['ping'], { env: { ...process.env, ...env }, encoding: 'utf8' }).stdout?.includes('UP')
        )
          return
        await sleep(250)
      }
    },
    async close() {
      spawnSync('scancel', ['-u', os.userInfo().username], { env: { ...process.env, ...env } })
      await sleep(500)
      for (const child of children.toReversed()) await end(child)
    },
  }
}

/** Ports that were free a moment ago. */
async function free(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => net.createServer())
  for (const probe of probes) await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done))
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port)
  for (const probe of probes) await new Promise((done) => probe.close(done))
  return ports
}
