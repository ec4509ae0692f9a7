// Standard output and error of a kernel, which it shares with the server that started it.
import { writeSync } from 'node:fs'
import { Writable } from 'node:stream'

/**
 * Replaces process.stdout and process.stderr by streams that write at once. Node's own would set the
 * pipe behind them to non-blocking, also for the notebook server that writes its log into the same
 * pipe: a longer line of the server would then fail half-way.
 */
export function shareStandardStreams(): void {
  for (const [name, descriptor] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const stream = new Writable({
      write(chunk, _encoding, done) {
        writeAll(descriptor, chunk)
        done()
      },
    })
    Object.defineProperty(process, name, { value: stream, configurable: true })
  }
}

/** What nobody reads any more, or cannot take now, is dropped: a log must not stop a kernel. */
function writeAll(descriptor: number, bytes: Buffer): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
  } catch {
    return
  }
}
