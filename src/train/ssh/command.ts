// One command on a connection that is open: its input, its output and how it ended.
import type { ClientChannel } from 'ssh2'
import type { Connected } from './connect.js'

export interface Answer {
  /** Exit status; null where a signal ended it. */
  code: number | null
  stdout: Buffer
  stderr: string
}

/** The connection broke while something was under way. */
export class Broken extends Error {}

/**
 * Starts a command and waits for its end. Its output is always read, because a channel with unread output
 * never closes; and a connection that goes away ends the wait, because ssh2 would not.
 *
 * @param feed gets the channel, to write the command's input
 * @param sink takes the output, and holds it back with a promise; default: kept in memory
 */
export function command(
  client: Connected['client'],
  line: string,
  feed: (channel: ClientChannel) => void,
  sink?: (chunk: Buffer) => boolean | Promise<void>,
): Promise<Answer> {
  return new Promise((done, fail) => {
    const out: Buffer[] = []
    let stderr = ''
    let code: number | null | undefined
    const gone = () => fail(new Broken('closed while a command was running'))
    client.once('close', gone)
    // A fast command has ended by the time a promise would resolve, so all listeners are set in the callback.
    const started = (error: Error | undefined, channel?: ClientChannel) => {
      if (error || !channel) return fail(new Broken(error?.message ?? 'no channel'))
      channel.on('data', (chunk: Buffer) => {
        const wait = sink ? sink(chunk) : void out.push(chunk)
        if (!(wait instanceof Promise)) return
        channel.pause()
        void wait.then(() => channel.resume())
      })
      channel.stderr.on('data', (chunk: Buffer) => {
        if (stderr.length < 64_000) stderr += chunk.toString()
      })
      channel.on('error', () => undefined)
      channel.on('exit', (status: number | null) => {
        code = status
      })
      channel.on('close', () => {
        client.off('close', gone)
        // No exit status and no signal: the connection went, not the command.
        if (code === undefined) gone()
        else done({ code, stdout: Buffer.concat(out), stderr })
      })
      feed(channel)
    }
    try {
      client.exec(line, started)
    } catch (error) {
      started(error as Error)
    }
  })
}
