// Widgets: a state that a cell and its views in the front end share.
//
// Jupyter's widget messaging protocol 2.1, https://ipywidgets.readthedocs.io (Low Level Widget Explanation),
// with the view as an ES module, as anywidget (https://anywidget.dev/en/afm) loads it.
import { randomUUID } from 'node:crypto'
import { type Comm, type CommBuffer, type CommData, cellComms, inCell, type Received } from './comms.js'
import { putBuffers, takeBuffers } from './widget-buffers.js'

export interface WidgetOptions<State extends object> {
  /** Text of an ES module: `export default { render({ model, el }) { … } }`. */
  esm: string
  css?: string
  /** What is shared: JSON, and typed arrays anywhere in it. */
  state?: State
}

type Change<State> = (value: State[keyof State], name: keyof State & string) => unknown

const protocol = { version: '2.1.0' }
const view = 'application/vnd.jupyter.widget-view+json'
const live = new Map<string, Widget<object>>()

/** A value that shows itself as a live view wherever it is displayed, as often as it is displayed. */
export class Widget<State extends object> {
  readonly #comm: Comm
  readonly #state: State
  readonly #fixed: CommData
  readonly #changes = new Map<string, Set<Change<State>>>()
  readonly #messages = new Set<(content: unknown, buffers: Uint8Array[]) => unknown>()

  constructor({ esm, css, state }: WidgetOptions<State>) {
    if (typeof esm !== 'string') throw new TypeError(`esm must be the text of an ES module; this is ${typeof esm}.`)
    this.#state = { ...(state ?? ({} as State)) }
    const id = randomUUID()
    this.#fixed = {
      _anywidget_id: id,
      _model_module: 'anywidget',
      _model_name: 'AnyModel',
      _model_module_version: '*',
      _view_module: 'anywidget',
      _view_name: 'AnyView',
      _view_module_version: '*',
      _view_count: null,
      _dom_classes: [],
      layout: null,
      tabbable: null,
      tooltip: null,
      _esm: esm,
      ...(css === undefined ? {} : { _css: css }),
    }
    const { json, paths, buffers } = takeBuffers(this.whole())
    this.#comm = cellComms.open(
      'jupyter.widget',
      { state: json, buffer_paths: paths },
      { id, metadata: protocol, buffers },
    )
    this.#comm.onMessage((message) => this.#received(message))
    this.#comm.onClose(() => live.delete(this.#comm.id))
    live.set(this.#comm.id, this as unknown as Widget<object>)
    answerControl()
  }

  get id(): string {
    return this.#comm.id
  }

  get<Name extends keyof State>(name: Name): State[Name] {
    return this.#state[name]
  }

  /** Sets one value, or several at once, here and in every view. Handlers of `on` are not called: they hear the front end. */
  set<Name extends keyof State>(name: Name, value: State[Name]): void
  set(values: Partial<State>): void
  set(name: keyof State | Partial<State>, value?: unknown): void {
    const changed = (typeof name === 'object' ? name : { [name]: value }) as Partial<State>
    Object.assign(this.#state, changed)
    this.#update('update', changed)
  }

  /** Calls back when a view has changed the value of this name, or of any where it is `*`. Gives a function that ends it. */
  on(name: (keyof State & string) | '*', handler: Change<State>): () => void {
    const handlers = this.#changes.get(name) ?? new Set()
    const bound = inCell(handler)
    this.#changes.set(name, handlers.add(bound))
    return () => handlers.delete(bound)
  }

  /** Sends a message to the views: `model.on('msg:custom', (content, buffers) => …)`. */
  send(content: unknown, buffers: readonly CommBuffer[] = []): void {
    this.#comm.send({ method: 'custom', content }, { buffers, metadata: protocol })
  }

  /** Calls back for what a view sends by `model.send(content, undefined, buffers)`. Gives a function that ends it. */
  onMessage(handler: (content: unknown, buffers: Uint8Array[]) => unknown): () => void {
    const bound = inCell(handler)
    this.#messages.add(bound)
    return () => this.#messages.delete(bound)
  }

  /** Takes the widget out of all views. */
  close(): void {
    live.delete(this.#comm.id)
    this.#comm.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [Symbol.for('Jupyter.display')](): CommData {
    const names = Object.keys(this.#state)
    return {
      [view]: { version_major: 2, version_minor: 0, model_id: this.#comm.id },
      'text/plain': `Widget(${names.map((name) => `${name}: ${short(this.#state[name as keyof State])}`).join(', ')})`,
    }
  }

  /** @internal The state with what the front end needs to make a view of it. */
  whole(): CommData {
    return { ...this.#fixed, ...this.#state }
  }

  async #received({ data, buffers }: Received): Promise<void> {
    if (data.method === 'request_state') this.#update('update', this.whole() as Partial<State>)
    if (data.method === 'custom') await all([...this.#messages].map((handler) => handler(data.content, buffers)))
    if (data.method !== 'update') return
    const changed = putBuffers(data.state as CommData, data.buffer_paths as (string | number)[][], buffers)
    Object.assign(this.#state, changed)
    // Other views learn of it by the echo, and the one that sent it that it has arrived.
    this.#update('echo_update', changed as Partial<State>)
    const calls = Object.entries(changed).flatMap(([name, value]) =>
      [...(this.#changes.get(name) ?? []), ...(this.#changes.get('*') ?? [])].map((handler) =>
        handler(value as State[keyof State], name as keyof State & string),
      ),
    )
    await all(calls)
  }

  #update(method: 'update' | 'echo_update', state: Partial<State>): void {
    const { json, paths, buffers } = takeBuffers(state as CommData)
    this.#comm.send({ method, state: json, buffer_paths: paths }, { buffers, metadata: protocol })
  }
}

/** Makes a widget: `const w = comms.widget({ esm, state: { count: 0 } })`, shown where it is the value of a cell. */
export function widget<State extends object>(options: WidgetOptions<State>): Widget<State> {
  return new Widget(options)
}

let answering = false

/** A page that is loaded again asks for all widgets at once. */
function answerControl(): void {
  if (answering) return
  answering = true
  cellComms.on('jupyter.widget.control', (comm) => {
    comm.onMessage(({ data }) => {
      if (data.method !== 'request_states') return
      const states: CommData = {}
      const allPaths: (string | number)[][] = []
      const allBuffers: Uint8Array[] = []
      for (const [id, each] of live) {
        const { _model_name, _model_module, _model_module_version, ...state } = each.whole()
        const { json, paths, buffers } = takeBuffers(state)
        states[id] = {
          model_name: _model_name,
          model_module: _model_module,
          model_module_version: _model_module_version,
          state: json,
        }
        allPaths.push(...paths.map((path) => [id, 'state', ...path]))
        allBuffers.push(...buffers)
      }
      comm.send({ method: 'update_states', states, buffer_paths: allPaths }, { buffers: allBuffers })
    })
  })
}

async function all(work: unknown[]): Promise<void> {
  await Promise.all(work)
}

function short(value: unknown): string {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `${value.byteLength} bytes`
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}
