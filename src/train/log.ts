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
    this.#steps.set(step, seen)
  }
}

/** "4:06:56" or "1 day, 4:06:56", as Python prints a timedelta, in seconds. */
export function secondsOf(text: string): number {
  const found = /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)$/.exec(text)
  if (!found) return 0
  const [, days = '0', hours, minutes, seconds] = found
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}
