// LLaMA-Factory's trainer_log.jsonl: one line a logged step, read as it grows.
//
// Two things in it must not be taken as they stand after a resume: steps come again from the last
// checkpoint on, and elapsed and remaining time count from the new start while the step does not.

export interface TrainStep {
  /** Optimiser steps so far. */
  step: number
  /** Steps in all. */
  total: number
  epoch: number
  loss: number
  /** Learning rate. */
  lr: number
  /** Seconds of training so far, over all starts of the trainer, as the trainer counts them. */
  seconds: number
  /** Seconds left at the rate since the last start. */
  eta: number
  /** Tokens a second, where the trainer logs them. */
  throughput?: number
  /** Peak gigabytes of GPU memory, where the trainer logs them (RECORD_VRAM=1). */
  vram?: number
  /** Norm of the gradient before clipping. Printed by the trainer, so it comes a little after the rest. */
  gradNorm?: number
  /** The GPUs of the first machine when this was the last step, where nvidia-smi was asked then. */
  gpu?: GpuSample
}

export interface GpuSample {
  /** Gigabytes in use on the GPU that uses most. */
  used: number
  /** Gigabytes of one GPU. */
  total: number
  /** Mean load of all, 0 to 1. */
  load: number
}

interface LogLine {
  current_steps: number
  total_steps: number
  loss?: number
  lr?: number
  epoch?: number
  elapsed_time?: string
  throughput?: number
  vram_allocated?: number
}

export class TrainerLog {
  readonly #steps = new Map<number, TrainStep>()
  /** The part of the last line that has come so far. */
  #rest = Buffer.alloc(0)
  /** Bytes taken in. */
  offset = 0
  /** Seconds of earlier starts. */
  #before = 0
  #origin = { step: 0, elapsed: 0 }
  #last = { step: 0, elapsed: 0 }
  #rate: number | undefined
  readonly #norms: { epoch: number; norm: number }[] = []
  readonly #samples = new Map<number, GpuSample>()
  readonly #rests = new Map<string, string>()

  /** Takes in what the log holds from `offset` on; `size` is the whole log's. */
  add(bytes: Buffer, size: number): void {
    // A log that became shorter was begun anew (overwrite_output_dir): read it from its start.
    if (size < this.offset) {
      this.offset = 0
      this.#rest = Buffer.alloc(0)
      return
    }
    this.offset += bytes.length
    const all = Buffer.concat([this.#rest, bytes])
    const end = all.lastIndexOf(10) + 1
    this.#rest = Buffer.from(all.subarray(end))
    for (const line of all.subarray(0, end).toString().split('\n')) if (line.trim()) this.#line(line)
  }

  /** The log was deleted or replaced: what comes next is another file's beginning. */
  begin(): void {
    this.offset = 0
    this.#rest = Buffer.alloc(0)
  }

  /** Takes in what watch.sh found in the trainer's output: lines with a gradient norm and an epoch. */
  addNorms(file: string, bytes: Buffer, anew: boolean): void {
    for (const line of this.#lines(file, bytes, anew)) {
      const [norm, epoch] = ['grad_norm', 'epoch'].map((key) =>
        Number(new RegExp(`'${key}': '?([-+.e0-9]+)`).exec(line)?.[1]),
      )
      if (Number.isFinite(norm) && Number.isFinite(epoch)) this.#norms.push({ norm: norm!, epoch: epoch! })
    }
    for (const step of this.#steps.values()) this.#fill(step)
  }

  /** Takes in watch.sh's samples of the GPUs: `unix time, step, MiB used, MiB in all, load in per cent`. */
  addSamples(file: string, bytes: Buffer, anew: boolean): void {
    for (const line of this.#lines(file, bytes, anew)) {
      const [, step, used, total, load] = line.split(',').map(Number)
      if (![step, used, total, load].every(Number.isFinite)) continue
      this.#samples.set(step!, {
        used: (used! * 1.048576) / 1000,
        total: (total! * 1.048576) / 1000,
        load: load! / 100,
      })
    }
    for (const step of this.#steps.values()) this.#fill(step)
  }

  /** Whole lines; the part of a last one waits for the rest. */
  #lines(file: string, bytes: Buffer, anew: boolean): string[] {
    const lines = `${anew ? '' : (this.#rests.get(file) ?? '')}${bytes.toString('latin1')}`.split('\n')
    this.#rests.set(file, lines.pop()!)
    return lines
  }

  /** Adds to a step what is known of it from elsewhere. */
  #fill(step: TrainStep): void {
    const sample = this.#samples.get(step.step)
    if (sample) step.gpu = sample
    // The epoch is what both know, printed to four digits in one of them. Of two starts the later one counts.
    const within = (step.epoch / step.step) * 0.5 + 1e-9
    const near = this.#norms.findLast(({ epoch }) => Math.abs(epoch - step.epoch) < within)
    if (near) step.gradNorm = near.norm
  }

  /** Steps after the given one, in order; a step that was logged twice stands as it was logged last. */
  after(step: number): TrainStep[] {
    return [...this.#steps.values()].filter((one) => one.step > step).sort((a, b) => a.step - b.step)
  }

  #line(text: string): void {
    let line: LogLine
    try {
      line = JSON.parse(text) as LogLine
    } catch {
      return
    }
    // The closing line of a run has no loss; lines of an evaluation have eval_loss.
    if (typeof line.current_steps !== 'number' || typeof line.loss !== 'number') return
    const elapsed = secondsOf(line.elapsed_time ?? '')
    const step = line.current_steps
    if (step <= this.#last.step || elapsed < this.#last.elapsed) {
      this.#before += this.#last.elapsed
      this.#origin = { step, elapsed }
    }
    this.#last = { step, elapsed }
    const steps = step - this.#origin.step
    if (steps > 0) this.#rate = (elapsed - this.#origin.elapsed) / steps
    const rate = this.#rate ?? (step > 0 ? elapsed / step : 0)
    const seen: TrainStep = {
      step,
      total: line.total_steps,
      epoch: line.epoch ?? 0,
      loss: line.loss,
      lr: line.lr ?? 0,
      seconds: this.#before + elapsed,
      eta: Math.max(0, line.total_steps - step) * rate,
    }
    if (line.throughput !== undefined) seen.throughput = line.throughput
    if (line.vram_allocated !== undefined) seen.vram = line.vram_allocated
    this.#fill(seen)
    // Whoever follows holds the object: a step that comes again after a resume changes there as well.
    const known = this.#steps.get(step)
    if (known) Object.assign(known, seen)
    else this.#steps.set(step, seen)
  }
}

/** "4:06:56" or "1 day, 4:06:56", as Python prints a timedelta, in seconds. */
export function secondsOf(text: string): number {
  const found = /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)$/.exec(text)
  if (!found) return 0
  const [, days = '0', hours, minutes, seconds] = found
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
