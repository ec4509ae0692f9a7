// A machine at the other end of SSH: run a script there, send a file, fetch a file.
//
// The connection is opened when something is asked and closed a moment after the last answer, so a
// notebook that only keeps a run in a variable holds no socket. Whatever was under way when a
// connection broke is asked again on a new one, so every script that is run here must bear being run
// twice. Nothing but `sh`, `cat` and `tail` is needed on the far side: no sftp.
import { createReadStream, createWriteStream, mkdirSync, type ReadStream, statSync } from 'node:fs'
import path from 'node:path'
import type { Duplex, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import { Stopped } from '../../stopped.js'
import { type Answer, Broken, command } from './command.js'
import { type Connected, connect } from './connect.js'
import { afterMark, afterMarkIn, far, MARK, quote, whole } from './shell.js'
import type { Target } from './target.js'

/** Milliseconds without a question after which the connection is closed. */
const IDLE = 1500

/** Bytes of a file that are read at once. */
const CHUNK = 512 * 1024

export interface Patience {
  /** Seconds to keep trying to reach the machine. @default 20 */
  patience?: number
  signal?: AbortSignal
  /** Called when a connection broke and another is tried. */
  onRetry?: (error: Error) => void
  /** Called with the bytes of the file that have gone or come so far, as they do. */
  onBytes?: (bytes: number) => void
}

/** What the far side does before and after the bytes come, by the same command: each further one starts a shell. */
export interface Sending extends Patience {
  /** Script that is run first; where it ends by `exit`, nothing is sent. @default nothing */
  before?: string
  /** Script that puts what comes on its input behind what is in the file. @default `cat >> FILE` */
  receive?: string
}

/** A machine on which scripts run and files lie: at the other end of SSH, or this one. */
export interface Machine {
  /** Runs a script by /bin/sh, in the user's home. Its output is kept in memory. */
  exec(script: string, patience?: Patience): Promise<Answer>
  /** Sends a file, from where an earlier attempt left off; gives what the script that received it printed. */
  send(local: string, remote: string, sending?: Sending): Promise<string>
  /** Fetches a file, from where an earlier attempt left off. Comparing hashes is the caller's part. */
  fetch(remote: string, local: string, patience?: Patience): Promise<void>
  /** What a person types before a command to run it there: `ssh h100`; empty where it is this machine. */
  command(): Promise<string>
  /** Closes what is open; the next question opens it again. */
  close(): void
}

export class FarMachine implements Machine {
  #connection: Promise<Connected> | undefined
  #underWay = 0
  #idle: NodeJS.Timeout | undefined

  /** @param target the machine, or how to find it: asked again before each new connection */
  constructor(readonly target: () => Promise<Target>) {}

  async command(): Promise<string> {
    return (await this.target()).command
  }

  /** Runs a script by /bin/sh, whatever the user's login shell is. Its output is kept in memory. */
  exec(script: string, patience: Patience = {}): Promise<Answer> {
    return this.#again(patience, async ({ client }) => {
      const answer = await command(client, 'sh -s', (channel) => channel.end(whole(script)))
      return { ...answer, stdout: afterMarkIn([answer.stdout]) }
    })
  }

  /**
   * Sends a file, from where an earlier attempt left off. The far file may be longer than ours or hold
   * something else: comparing hashes is the caller's part, best in the script that receives it.
   */
  send(local: string, remote: string, sending: Sending = {}): Promise<string> {
    const { onBytes, before = ':', receive = `cat >> ${quote(remote)}` } = sending
    const script = `printf %s ${quote(MARK)}\n${before}\necho "from=$(($(wc -c < ${quote(remote)} 2>/dev/null || echo 0)))"\n${receive}`
    return this.#again(sending, async ({ client }) => {
      const size = statSync(local).size
      const out: Buffer[] = []
      let source: ReadStream | undefined
      let channel: ClientChannel | undefined
      const begin = (have: number) => {
        onBytes?.(Math.min(have, size))
        if (have >= size) return channel!.end()
        source = createReadStream(local, { start: have, highWaterMark: CHUNK })
        let sent = have
        source.on('error', () => channel!.destroy())
        if (onBytes) source.on('data', (chunk) => onBytes((sent += chunk.length)))
        source.pipe(channel!)
      }
      const heard = (chunk: Buffer): true => {
        out.push(chunk)
        const from = source || channel!.writableEnded ? null : /^from=(\d+)$/m.exec(afterMarkIn(out).toString())
        if (from) begin(Number(from[1]))
        return true
      }
      const feed = (opened: ClientChannel) => {
        channel = opened
        // ssh2 answers a write on a broken connection with an error on the channel; 'close' is what counts.
        channel.on('error', () => source?.destroy())
      }
      const { code, stderr } = await command(client, far(script), feed, heard).finally(() => source?.destroy())
      if (code !== 0) throw diskOrWrite(remote, stderr)
      return afterMarkIn(out).toString()
    })
  }

  /** Fetches a file, from where an earlier attempt left off. */
  fetch(remote: string, local: string, patience: Patience = {}): Promise<void> {
    mkdirSync(path.dirname(local), { recursive: true })
    return this.#again(patience, async ({ client }) => {
      const size = await this.#size(remote)
      const have = statSync(local, { throwIfNoEntry: false })?.size ?? 0
      const from = have <= size ? have : 0
      const sink = createWriteStream(local, { flags: from ? 'a' : 'w' })
      const full = new Promise<never>((_, fail) => {
        sink.on('error', (error) => {
          fail(
            new Stopped('disk', `${local} cannot be written: ${error.message}`, `df -h ${path.dirname(local)}`, error),
          )
        })
      })
      full.catch(() => undefined)
      const script = `printf %s ${quote(MARK)}; tail -c +${from + 1} ${quote(remote)}`
      const { code, stderr } = await Promise.race([
        command(client, far(script), (channel) => channel.end(), afterMark(counted(sink, from, patience.onBytes))),
        full,
      ])
      await Promise.race([new Promise<void>((done) => sink.end(() => done())), full])
      if (code !== 0) throw new Stopped('no-file', `${remote} cannot be read: ${stderr.trim()}`, 'await run.files()')
    })
  }

  /**
   * A stream to a port of the far machine's own loopback. The connection stays open as long as the stream does.
   *
   * @throws Stopped('no-host') where the machine cannot be reached, or nothing listens there
   */
  dial(port: number, patience: Patience = {}): Promise<Duplex> {
    return this.#again(
      patience,
      ({ client }) =>
        new Promise<Duplex>((done, fail) => {
          client.forwardOut('127.0.0.1', 0, '127.0.0.1', port, (error, stream) => {
            if (error) return fail(new Stopped('no-host', `Port ${port} there: ${error.message}`, 'await model.logs()'))
            this.#underWay++
            clearTimeout(this.#idle)
            stream.once('close', () => {
              if (--this.#underWay === 0) this.#idle = setTimeout(() => this.close(), IDLE)
            })
            done(stream)
          })
        }),
    )
  }

  async #size(remote: string): Promise<number> {
    const { stdout } = await this.exec(`wc -c < ${quote(remote)} 2>/dev/null || echo 0`)
    return Number(stdout.toString().trim()) || 0
  }

  /** Closes the connection now; the next question opens another. */
  close(): void {
    clearTimeout(this.#idle)
    const connection = this.#connection
    this.#connection = undefined
    connection?.then((open) => open.end()).catch(() => undefined)
  }

  /** Asks, and asks again on a new connection as long as the patience lasts. */
  async #again<T>({ patience = 20, signal, onRetry }: Patience, ask: (open: Connected) => Promise<T>): Promise<T> {
    const until = Date.now() + patience * 1000
    // An interrupt ends what is under way by closing the connection; others that use it are asked again.
    const interrupted = () => this.close()
    for (let pause = 250; ; pause = Math.min(pause * 2, 15_000)) {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupted)
      let mine: Promise<Connected> | undefined
      try {
        this.#underWay++
        clearTimeout(this.#idle)
        mine = this.#open()
        return await ask(await mine)
      } catch (error) {
        // Refusals are final; only what may pass is tried again.
        const passing =
          error instanceof Broken || (error instanceof Stopped && error.code === 'no-host' && error.cause !== undefined)
        if (mine && this.#connection === mine) this.close()
        if (!passing || Date.now() + pause > until) throw error instanceof Broken ? this.#lost(error) : error
        onRetry?.(error as Error)
      } finally {
        this.#underWay--
        signal?.removeEventListener('abort', interrupted)
        if (this.#underWay === 0) this.#idle = setTimeout(() => this.close(), IDLE)
      }
      await sleep(pause, undefined, signal ? { signal } : {}).catch(() => undefined)
    }
  }

  #open(): Promise<Connected> {
    if (this.#connection) return this.#connection
    const opening = this.target()
      .then(connect)
      .then((open) => {
        open.client.setMaxListeners(0)
        open.client.once('close', () => {
          if (this.#connection === opening) this.#connection = undefined
        })
        return open
      })
    this.#connection = opening
    opening.catch(() => {
      if (this.#connection === opening) this.#connection = undefined
    })
    return opening
  }

  #lost(error: Error): Stopped {
    return new Stopped(
      'no-host',
      `The connection broke and did not come back: ${error.message}.`,
      'attach(id) when the machine is reachable; a job that was started goes on',
      error,
    )
  }
}

/** A sink that tells how many bytes it has. */
function counted(sink: Writable, from: number, onBytes: Patience['onBytes']): Writable {
  if (!onBytes) return sink
  const write = sink.write.bind(sink) as (chunk: Buffer) => boolean
  let have = from
  onBytes(have)
  sink.write = ((chunk: Buffer) => {
    onBytes((have += chunk.length))
    return write(chunk)
  }) as Writable['write']
  return sink
}

function diskOrWrite(remote: string, stderr: string): Stopped {
  if (/no space left|quota exceeded/i.test(stderr)) {
    return new Stopped(
      'disk',
      `The far machine's disk is full: ${stderr.trim()}`,
      `train(data, { …, folder: '/a/larger/disk/skylab' })`,
    )
  }
  return new Stopped(
    'no-file',
    `${remote} cannot be written: ${stderr.trim() || 'no reason given'}`,
    `train(data, { …, folder: '/a/folder/of/mine' })`,
  )
}
