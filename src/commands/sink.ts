// Where `skylab rows` writes: standard output, or a file that gets its name when it is whole.

import { closeSync, createWriteStream, openSync, renameSync, rmSync, statSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Stopped } from '../stopped.js'
import type { Call } from './call.js'

export interface Sink {
  write(bytes: Uint8Array): Promise<void>
  /** Whether nobody reads any more. */
  gone(): boolean
  end(): Promise<void>
  /** Leaves nothing half written behind. */
  drop(): void
}

/** Standard output; or a file that gets its name when it is whole. */
export function output(call: Call): Sink {
  // A device or a pipe is written into: a file moved over /dev/null would take its place.
  const part = call.out === undefined ? undefined : isSpecial(call.out) ? call.out : `${call.out}.part`
  let stream: Writable = process.stdout
  if (part !== undefined) {
    try {
      closeSync(openSync(part, 'w'))
    } catch (error) {
      throw new Stopped(
        'no-file',
        `${call.out} cannot be written: ${(error as Error).message}.`,
        `mkdir -p ${call.out!.replace(/[^/]*$/, '') || '.'}`,
      )
    }
    stream = createWriteStream(part)
  }
  let gone = false
  let failure: Error | undefined
  let wake: (() => void) | undefined
  const onError = (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, like head, is no fault.
    if (error.code === 'EPIPE') gone = true
    else failure = error
    wake?.()
  }
  stream.on('error', onError)
  const check = () => {
    if (failure)
      throw new Stopped('disk', `${call.out ?? 'standard output'} cannot be written: ${failure.message}.`, 'df -h')
  }
  return {
    gone: () => gone,
    async write(bytes) {
      check()
      if (gone || bytes.length === 0) return
      if (!stream.write(bytes)) {
        await new Promise<void>((resolve) => {
          wake = resolve
          stream.once('drain', resolve)
        })
        wake = undefined
      }
      check()
    },
    async end() {
      check()
      if (part === undefined) {
        // What standard output still holds must leave before the process does.
        if (!gone && process.stdout.writableLength > 0)
          await new Promise<void>((resolve) => {
            wake = resolve
            process.stdout.write('', () => resolve())
          })
        stream.off('error', onError)
        if (gone) stream.on('error', () => undefined)
        return
      }
      stream.end()
      try {
        await finished(stream)
      } catch (error) {
        failure ??= error as Error
      }
      check()
      if (part !== call.out) renameSync(part, call.out!)
    },
    drop() {
      if (part === undefined) return
      stream.destroy()
      if (part !== call.out) rmSync(part, { force: true })
    },
  }
}

function isSpecial(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false })
  return found !== undefined && !found.isFile()
}
