// The processes that a cell starts and does not block on: its interrupt reaches them, another cell's does not.
import child_process from 'node:child_process'
import { currentCell } from './cell.js'
import { PACKAGE_ROOT } from './locate.js'
import { writeMessage } from './writer.js'

/** Tells the kernel of each, and sends SIGINT to those that a cell's own code has started when it is interrupted. */
export function ownChildren(): void {
  const prototype = child_process.ChildProcess.prototype as unknown as Record<string, unknown>
  const start = prototype.spawn as (options: { detached?: boolean }) => number
  prototype.spawn = function (this: child_process.ChildProcess, options: { detached?: boolean }) {
    const failed = start.call(this, options)
    const { pid } = this
    if (failed || pid === undefined) return failed
    writeMessage({ kind: 'child', pid, ended: false })
    const { waits } = currentCell()
    const end = () => void this.kill('SIGINT')
    if (!options.detached && isFromCell()) waits.add(end)
    this.once('exit', () => {
      waits.delete(end)
      writeMessage({ kind: 'child', pid, ended: true })
    })
    return failed
  }
}

/** A library ends its own processes by the cell's signal, in its own way. */
function isFromCell(): boolean {
  const before = Error.prepareStackTrace
  let files: string[] = []
  Error.prepareStackTrace = (_error, sites) => {
    files = sites.map((site) => site.getFileName() ?? site.getEvalOrigin() ?? '')
    return ''
  }
  void new Error().stack
  Error.prepareStackTrace = before
  const own = `${PACKAGE_ROOT}/dist/`
  const caller = files.find((file) => file !== '' && !file.startsWith('node:') && !file.endsWith('/runtime/spawned.js'))
  return caller !== undefined && !caller.includes('/node_modules/') && !caller.includes(own)
}
