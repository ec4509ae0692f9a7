// process.stdout and process.stderr of the cells: to the output pipe, at once.
import { currentCell } from './cell.js'
import { writeStream } from './writer.js'

type Written = (error?: Error | null) => void

/** Sends everything written to the two streams to the cell that wrote it. */
export function redirectStreams(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new TextDecoder()
    const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Written, written?: Written): boolean => {
      const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      if (text !== '') writeStream(currentCell().id, name, text)
      const callback = typeof encoding === 'function' ? encoding : written
      if (callback) process.nextTick(callback)
      return true
    }
    process[name].write = write as typeof process.stdout.write
  }
}
