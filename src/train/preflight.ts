// What the far machine has, before anything is spent on it: each number found beside the number needed, and the fix.
import { Stopped } from '../stopped.js'
import { count, escapeHtml } from '../workspace/index.js'
import { type Check, checksOf } from './checks.js'
import type { TrainOptions } from './options.js'
import type { TrainingPlan } from './plan.js'
import { Found, probe } from './probe.js'
import type { FarMachine } from './ssh/far.js'
import { quote } from './ssh/shell.js'

/** A check that failed, and the kind of `Stopped` that it leads to. */
type Kind = 'no-tool' | 'disk' | 'no-host' | 'port' | 'no-model'

/** What was found on a machine. Shows itself as a table. */
export class Preflight {
  constructor(
    /** Where: 'ssh://h100'. */
    readonly on: string,
    readonly checks: Check[],
    /** The user's home on the far machine, absolute. */
    readonly home: string,
    readonly plan: TrainingPlan,
  ) {}

  get ok(): boolean {
    return this.checks.every((check) => check.ok)
  }

  toString(): string {
    const width = (of: (check: Check) => string) => Math.max(...this.checks.map((check) => of(check).length))
    const [name, found, needed] = [width((c) => c.name), width((c) => c.found), width((c) => c.needed)]
    const rows = this.checks.map((c) =>
      `${c.ok ? '✓' : '✗'} ${c.name.padEnd(name)}  ${c.found.padEnd(found)}  ${c.needed.padEnd(needed)}${c.ok ? '' : `  → ${c.fix}`}`.trimEnd(),
    )
    return [this.#head(), ...rows, costLine(this.plan)].join('\n')
  }

  /** A table that reads on white and on dark paper: the front end's own colours, and one green and one red that suit both. */
  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const cell = (text: string, more = '') =>
      `<td style="text-align:left;vertical-align:top;padding:.25em .8em .25em 0;${more}">${text}</td>`
    const rows = this.checks.map((c) => {
      const mark = `<b style="color:${c.ok ? '#009E73' : '#D55E00'}">${c.ok ? '✓' : '✗'}</b>`
      const fix = c.ok ? '' : `<br><b>→</b> <code style="white-space:pre-wrap">${escapeHtml(c.fix)}</code>`
      return `<tr>${cell(mark)}${cell(escapeHtml(c.name))}${cell(escapeHtml(c.found) + fix)}${cell(escapeHtml(c.needed), 'color:#7a7a7a')}</tr>`
    })
    const head = ['', 'check', 'found', 'needed'].map(
      (text) => `<th style="text-align:left;padding-right:.8em">${text}</th>`,
    )
    return {
      'text/plain': this.toString(),
      'text/html': `<div>${escapeHtml(this.#head())}</div><table style="border-collapse:collapse"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table><div style="margin-top:.4em">${escapeHtml(costLine(this.plan))}</div>`,
    }
  }

  #head(): string {
    const bad = this.checks.filter((check) => !check.ok).length
    return bad === 0
      ? `${this.on} is ready`
      : `${this.on} is not ready: ${count(bad, 'check')} of ${this.checks.length} failed`
  }
}

function costLine(plan: TrainingPlan): string {
  const { steps, secondsPerStep, hours, batch, price, dollars } = plan
  return `${count(steps, 'step')} × ${secondsPerStep.toFixed(0)} s = ${hours.toFixed(1)} h × ${count(batch.gpus, 'GPU')} × $${price} = $${dollars.toFixed(0)}${plan.limit ? `, limited to $${plan.limit.dollars}` : ''}`
}

/** A folder of the far machine in shell, where `~` is its home. */
export function shellPath(folder: string): string {
  return folder === '~' ? '"$HOME"' : folder.startsWith('~/') ? `"$HOME"/${quote(folder.slice(2))}` : quote(folder)
}

/**
 * Looks at the far machine: system, trainer and versions, GPUs and who uses them, driver, memory, disk, base, port.
 *
 * On the practice machine only the trainer and the tools are looked for: it needs no GPU, memory or disk.
 *
 * @throws Stopped('no-host') where it cannot be reached
 */
export async function preflight(
  far: FarMachine,
  plan: TrainingPlan,
  options: TrainOptions,
  folder: string,
): Promise<Preflight> {
  const { stdout } = await far.exec(probe(shellPath(folder), options), { patience: 3 })
  const found = new Found(stdout.toString())
  const home = found.one('home')
  if (!home.startsWith('/'))
    throw new Stopped(
      'no-host',
      `${options.on} gave no home folder: ${stdout.toString().slice(0, 200)}`,
      `train(data, { …, folder: '/a/folder' })`,
    )
  return new Preflight(options.on, checksOf(found, plan, options), home, plan)
}

const KINDS: Record<string, Kind> = {
  disk: 'disk',
  trainer: 'no-tool',
  tools: 'no-tool',
  Python: 'no-tool',
  'LLaMA-Factory': 'no-tool',
  torch: 'no-tool',
  transformers: 'no-tool',
  DeepSpeed: 'no-tool',
  port: 'port',
  base: 'no-model',
}

/**
 * Goes on only where every check holds, or where `force` is set.
 *
 * @throws Stopped('no-tool' | 'disk' | 'no-model' | 'port' | 'no-host') with everything that is missing, and the first fix
 */
export function demand(preflight: Preflight, options: Pick<TrainOptions, 'on' | 'force'>): void {
  const failed = preflight.checks.filter((check) => !check.ok)
  const first = failed[0]
  if (!first || options.force) return
  const missing = failed.map((check) => `${check.name}: found ${check.found}; needed ${check.needed}`).join('. ')
  throw new Stopped(
    KINDS[first.name] ?? 'no-host',
    `${options.on} is not ready. ${missing}.`,
    `${first.fix}   # { force: true } starts it all the same`,
  )
}
