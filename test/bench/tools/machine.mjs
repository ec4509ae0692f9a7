// What a measurement was taken on, and how busy that was.
import { spawnSync } from 'node:child_process'
import os from 'node:os'

/** Facts of this machine now: a figure without them says little. Load is that of the last minute. */
export function machine(root) {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
  return {
    at: new Date().toISOString(),
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load: Math.round(os.loadavg()[0] * 100) / 100,
    commit: `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') ? ' with changes' : ''}`,
  }
}

/** The facts on one line. */
export function describe({ at, cores, processor, memoryGB, system, node, load, commit }) {
  return `${at.slice(0, 10)}, commit ${commit}, ${cores} cores (${processor}), ${memoryGB} GB, ${system}, Node ${node}, load before ${load}`
}
