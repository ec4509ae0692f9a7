// A training run as it goes on: the loss curve, redrawn while steps arrive, and what is left of it.
import { inspect } from 'node:util'
import { DISPLAY, host, liveDisplay, type MimeBundle } from '../../host.js'
import { Stopped } from '../../stopped.js'
import { Figure } from '../figure.js'
import { escapeHtml } from '../html.js'
import { type FigureOptions, meaning, neutral, palette, size } from '../theme.js'
import { count, faded, pageLayout } from './page.js'

/** One line of a trainer's log. */
export interface LossStep {
  step: number
  total: number
  epoch: number
  /** Absent or null in lines that report something else. */
  loss?: number | null
  lr?: number | null
  /** Seconds since the start, and to the end. */
  seconds?: number | null
  eta?: number | null
  /** Tokens a second. */
  throughput?: number | null
  /** Norm of the gradient before clipping. */
  gradNorm?: number | null
  /** Peak gigabytes of GPU memory, as the trainer logs it. */
  vram?: number | null
  /** Gigabytes in use and there on a GPU, as nvidia-smi says. */
  gpu?: { used: number; total: number } | null
}

/** Anything whose steps can be followed: a run of `train` or `attach`. */
export interface Followed {
  steps(): AsyncIterable<LossStep>
  id?: string
  label?: string
  /** Where the log comes from, said under the figure. */
  logOrigin?: string
  /** How it stands: said while there is no step yet, and where it ended early. */
  status?(): Promise<{ state: string; why: string }>
}

/** Milliseconds between two questions how a run stands that has no step yet. */
const ASKED = 5000

/** Milliseconds between two drawings of the figure: two a second. */
const BETWEEN = 500

/** A finished loss curve: a line of text where it was already drawn, and the figure to keep. */
export class LossCurve {
  readonly steps: LossStep[]
  readonly figure: Figure

  constructor(steps: LossStep[], figure: Figure) {
    this.steps = steps
    this.figure = figure
  }

  [DISPLAY](): MimeBundle {
    return { 'text/plain': this.figure.summary }
  }

  [inspect.custom](): string {
    return this.figure.summary
  }
}

/**
 * Draws the loss of a run while it trains, at most twice a second, and resolves when the run ends. The
 * figure stands where it was first drawn; the result holds it as `figure`.
 *
 * An interrupted cell stops looking, not the run.
 */
export async function lossFigure(run: Followed, options: FigureOptions = {}): Promise<LossCurve> {
  if (typeof run?.steps !== 'function') {
    throw new Stopped(
      'bad-call',
      'plot.loss takes a run, and this has no steps() to follow.',
      "plot.loss(await attach('run-id'))",
    )
  }
  const steps: LossStep[] = []
  const live = liveDisplay(waiting(run))
  const signal = host().signal()
  let drawn = 0
  let drawing: Promise<void> | undefined
  // In a queue, or loading its weights: what it waits for is shown instead of a curve.
  const asking = setInterval(async () => {
    const stands = await run.status?.().catch(() => undefined)
    if (stands && steps.length === 0) live.update(waiting(run, stands))
  }, ASKED)
  asking.unref()
  try {
    await follow()
  } catch (error) {
    // What was logged until then stays to be seen, whatever ended it.
    clearInterval(asking)
    await drawing
    if (steps.some(hasLoss)) live.end(await curve(steps, run, options, 'ended early')[DISPLAY]())
    throw error
  } finally {
    clearInterval(asking)
  }
  await drawing
  if (!steps.some(hasLoss)) {
    live.end({ 'text/plain': `${nameOf(run)}: no step was logged` })
    throw new Stopped('no-rows', `${nameOf(run)} ended without logging a loss.`, 'await run.state()')
  }
  const last = steps[steps.length - 1]!
  const early = last.step < last.total && !signal.aborted ? await run.status?.().catch(() => undefined) : undefined
  const figure = curve(steps, run, options, early?.why && `${early.state}: ${early.why}`)
  live.end(await figure[DISPLAY]())
  return new LossCurve(steps, figure)

  async function follow(): Promise<void> {
    for await (const step of stopping(run.steps(), signal)) {
      // A step that comes again after a resume stands as it was logged last.
      while (steps.length > 0 && steps[steps.length - 1]!.step >= step.step) steps.pop()
      steps.push(step)
      if (drawing || performance.now() - drawn < BETWEEN) continue
      drawn = performance.now()
      drawing = bundle(steps, run, options).then(
        (shown) => {
          live.update(shown)
          drawing = undefined
        },
        () => {
          // A picture that fails on the way is no reason to stop following; the last one reports it.
          drawing = undefined
        },
      )
    }
  }
}

/** The steps until the cell is interrupted, also while none comes. */
async function* stopping(steps: AsyncIterable<LossStep>, signal: AbortSignal): AsyncGenerator<LossStep> {
  const iterator = steps[Symbol.asyncIterator]()
  let stop: (() => void) | undefined
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted])
      if (!next || next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', stop!)
    // Not awaited: a run that logs nothing would keep the cell here.
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}

async function bundle(steps: LossStep[], run: Followed, options: FigureOptions): Promise<MimeBundle> {
  return steps.some(hasLoss) ? curve(steps, run, options)[DISPLAY]() : waiting(run)
}

function waiting(run: Followed, stands?: { state: string; why: string }): MimeBundle {
  const text = `${nameOf(run)}: ${stands?.why ? `${stands.state}, ${stands.why}` : 'waiting for the first step'}`
  return { 'text/plain': text, 'text/html': `<div>${escapeHtml(text)}</div>` }
}

function nameOf(run: Followed): string {
  return run.label ?? (run.id ? `run ${run.id}` : 'training run')
}

function hasLoss(step: LossStep): boolean {
  return typeof step.loss === 'number' && Number.isFinite(step.loss)
}

function curve(steps: LossStep[], run: Followed, options: FigureOptions, ended = ''): Figure {
  const points = steps.filter(hasLoss)
  const x = points.map((point) => point.step)
  const y = points.map((point) => point.loss!)
  const last = steps[steps.length - 1]!
  const state = `step ${count(last.step)} of ${count(last.total)}, epoch ${last.epoch.toFixed(2)}`
  const left = ended ? `, ${ended}` : last.eta && last.step < last.total ? `, ${duration(last.eta)} left` : ''
  const smooth = smoothed(y)
  const names = smooth ? ['loss', 'mean of the last steps'] : []
  const panels = panelsOf(points)
  const height = options.height ?? size.height + panels.length * PANEL
  const page = pageLayout({
    options: { ...options, height },
    title: `Training loss, ${nameOf(run)}: ${state}${left}`,
    legend: names,
    caption: run.logOrigin ? `Log: ${run.logOrigin}` : undefined,
    below: 46,
    left: 78,
  })
  const withRate = points.every((point) => typeof point.lr === 'number')
  const hover = {
    customdata: points.map((point) => [Number(point.epoch.toFixed(2)), ...(withRate ? [point.lr] : [])]),
    hovertemplate: `step %{x}, epoch %{customdata[0]}<br>loss %{y}${withRate ? '<br>learning rate %{customdata[1]:.2e}' : ''}<extra></extra>`,
  }
  const thin = smooth ? faded(meaning.plain, 0.6) : meaning.plain
  const data: object[] = [
    {
      type: 'scatter',
      mode: points.length < 60 ? 'lines+markers' : 'lines',
      name: 'loss',
      x,
      y: y.map(rounded),
      line: { color: thin, width: smooth ? 1.2 : 2 },
      marker: { size: 5, color: thin },
      ...hover,
    },
  ]
  if (smooth) {
    const line = { color: meaning.plain, width: 2.4 }
    data.push({
      type: 'scatter',
      mode: 'lines',
      name: 'mean of the last steps',
      x,
      y: smooth.map(rounded),
      line,
      hoverinfo: 'skip',
    })
  }
  // Above the last stretch of the curve, not across it, and inside the plot from the first step on.
  const high = Math.max(...y.slice(-Math.ceil(y.length / 10)))
  const early = x[x.length - 1]! < last.total * 0.15
  const end = {
    x: x[x.length - 1],
    y: rounded(high),
    text: y[y.length - 1]!.toFixed(3),
    xanchor: early ? 'left' : 'right',
    yanchor: early ? 'middle' : 'bottom',
    ...(early ? { xshift: 6 } : { yshift: 3 }),
    font: { size: 12, color: neutral },
  }
  const margin = page.margin as { t: number; b: number }
  const share = PANEL / (height - margin.t - margin.b)
  const floor = panels.length * share
  const axes: Record<string, unknown> = {}
  for (const [index, panel] of panels.entries()) {
    const top = floor - index * share
    axes[`yaxis${index + 2}`] = {
      title: { text: panel.title },
      automargin: false,
      domain: [top - share * 0.78, top - share * 0.12],
      rangemode: 'tozero',
      nticks: 4,
      ...panel.axis,
    }
    data.push({
      type: 'scatter',
      mode: panel.x.length < 60 ? 'lines+markers' : 'lines',
      name: panel.title,
      showlegend: false,
      x: panel.x,
      y: panel.y.map((value) => Number(value.toPrecision(5))),
      yaxis: `y${index + 2}`,
      line: { color: palette[(index + 1) % palette.length], width: 1.6 },
      marker: { size: 3, color: palette[(index + 1) % palette.length] },
      hovertemplate: `step %{x}<br>${panel.hover}<extra></extra>`,
    })
  }
  return new Figure({
    data: data as Record<string, unknown>[],
    layout: {
      ...page,
      xaxis: {
        title: { text: 'step' },
        automargin: false,
        range: [0, Math.max(last.total, last.step)],
        zeroline: false,
        ...(panels.length ? { anchor: `y${panels.length + 1}` } : {}),
      },
      yaxis: {
        title: { text: 'loss' },
        automargin: false,
        rangemode: 'tozero',
        zeroline: true,
        ...(panels.length ? { domain: [Math.min(0.9, floor + 0.02), 1] } : {}),
      },
      ...axes,
      annotations: [end, ...(page.annotations as object[])],
    },
    summary: `loss: ${nameOf(run)}, ${state}, loss ${y[0]!.toFixed(3)} → ${y[y.length - 1]!.toFixed(3)}${left}${run.logOrigin ? ` (log: ${run.logOrigin})` : ''}`,
  })
}

/** Pixels of one panel under the loss. */
const PANEL = 92

interface Panel {
  title: string
  hover: string
  x: number[]
  y: number[]
  axis?: Record<string, unknown>
}

/** What else the log has, one under the other: only what was measured. */
function panelsOf(points: LossStep[]): Panel[] {
  const panel = (
    title: string,
    hover: string,
    value: (step: LossStep) => number | null | undefined,
    axis?: Panel['axis'],
  ): Panel[] => {
    const some = points.filter((step) => Number.isFinite(value(step)))
    if (some.length === 0 || some.every((step) => value(step) === 0)) return []
    return [
      {
        title,
        hover,
        x: some.map((step) => step.step),
        y: some.map((step) => value(step)!),
        ...(axis ? { axis } : {}),
      },
    ]
  }
  const sampled = points.filter((step) => step.gpu)
  const all = sampled[sampled.length - 1]?.gpu?.total
  return [
    ...panel('rate', 'learning rate %{y:.2e}', (step) => step.lr, { exponentformat: 'power' }),
    ...panel('|gradient|', 'norm of the gradient %{y}', (step) => step.gradNorm),
    ...panel('tokens/s', '%{y} tokens a second', (step) => step.throughput),
    ...(sampled.length
      ? panel('GPU, GB', `%{y:.1f} GB of ${all?.toFixed(0)} GB on the fullest GPU`, (step) => step.gpu?.used, {
          range: [0, all],
        })
      : panel('GPU, GB', 'at most %{y} GB', (step) => step.vram)),
  ]
}

/** The mean over a trailing window of a twentieth of the steps, where there are enough of them. */
function smoothed(values: number[]): number[] | undefined {
  if (values.length < 40) return undefined
  const window = Math.max(5, Math.round(values.length / 20))
  return values.map((_, i) => {
    const some = values.slice(Math.max(0, i - window + 1), i + 1)
    return some.reduce((sum, value) => sum + value, 0) / some.length
  })
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
