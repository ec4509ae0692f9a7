// tslab's display API in our cells: the package is tslab's own, only its last step is ours.
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Bundle } from '../session.js'
import { show } from './host.js'
import { PACKAGE_ROOT } from './locate.js'

interface TslabDisplay {
  data: Record<string, unknown>
  metadata?: Record<string, unknown>
  transient?: { display_id?: string }
}

/** Sends what tslab displays to the cell. Its public module calls whatever stands in this variable. */
export function bridgeTslab(): void {
  for (const folder of [process.cwd(), PACKAGE_ROOT]) {
    let jupyter: { lastWriteDisplayData: unknown }
    try {
      jupyter = createRequire(path.join(folder, 'notebook.cjs'))('tslab/dist/jupyter.js')
    } catch {
      continue
    }
    jupyter.lastWriteDisplayData = (content: TslabDisplay, update?: boolean) => {
      const bundle: Bundle = { data: content.data, metadata: content.metadata ?? {} }
      show(bundle, { id: content.transient?.display_id, update: update === true })
    }
  }
}
