// The state of widgets as a notebook keeps it, so that a viewer without a kernel can show them.
//
// https://ipywidgets.readthedocs.io, "Jupyter widgets in a notebook": metadata.widgets, schema version 2.
import type { CommMessage } from '../session.js'

type Json = Record<string, unknown>
type Path = (string | number)[]

interface Model {
  state: Json
  /** By their paths as JSON: a later value replaces the earlier one. */
  buffers: Map<string, { path: Path; encoding: 'base64'; data: string }>
}

const mime = 'application/vnd.jupyter.widget-state+json'

/** Follows what cells say on the comms of widgets. */
export class WidgetStates {
  readonly #models = new Map<string, Model>()

  hear(message: CommMessage): void {
    const { kind, id, target, data } = message
    if (kind === 'close') this.#models.delete(id)
    if (kind === 'open' && target === 'jupyter.widget') this.#models.set(id, { state: {}, buffers: new Map() })
    const model = this.#models.get(id)
    if (!model || typeof data.state !== 'object' || data.state === null) return
    Object.assign(model.state, data.state)
    // A value that has become binary, or no longer is, stands in one place only.
    for (const name of Object.keys(data.state))
      for (const [key, { path }] of model.buffers) if (path[0] === name) model.buffers.delete(key)
    const paths = (Array.isArray(data.buffer_paths) ? data.buffer_paths : []) as Path[]
    for (const [place, path] of paths.entries()) {
      const bytes = message.buffers?.[place]
      if (!bytes) continue
      if (path.length === 1) delete model.state[String(path[0])]
      const coded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
      model.buffers.set(JSON.stringify(path), { path, encoding: 'base64', data: coded })
    }
  }

  /** `metadata.widgets` of the notebook; undefined where there is no widget. */
  metadata(): Json | undefined {
    if (this.#models.size === 0) return undefined
    const state = Object.fromEntries(
      [...this.#models].map(([id, { state, buffers }]) => [
        id,
        {
          model_name: state._model_name ?? '',
          model_module: state._model_module ?? '',
          model_module_version: state._model_module_version ?? '',
          state,
          ...(buffers.size > 0 ? { buffers: [...buffers.values()] } : {}),
        },
      ]),
    )
    return { [mime]: { state, version_major: 2, version_minor: 0 } }
  }
}
