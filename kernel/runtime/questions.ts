// Asking the person at the keyboard, or the kernel, and waiting for the answer, as a browser's prompt does.
//
// The main thread blocks, so the answer cannot come by its own channel: the watchdog thread takes it
// from the kernel, puts it into a port and wakes the main thread. A termination breaks the waiting.
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { CompiledModule } from '../language/local-module.js'
import { currentCell } from './cell.js'
import { writeMessage } from './writer.js'

/** What the watchdog needs to pass answers on. */
export interface AnswerLine {
  port: MessagePort
  /** One number: 1 where an answer lies in the port. */
  bell: Int32Array
  /** One number: 1 while a cell is in its first synchronous stretch, where SIGINT ends it. */
  first: Int32Array
}

export interface Answer {
  question: number
  text?: string
  error?: string
}

const { port1: mine, port2: watchdogs } = new MessageChannel()
mine.unref()
const bell = new Int32Array(new SharedArrayBuffer(4))
let asked = 0

/** The other end, for the watchdog. */
export const answerLine: AnswerLine = { port: watchdogs, bell, first: new Int32Array(new SharedArrayBuffer(4)) }

/**
 * Asks the person at the keyboard and gives what was typed. Nothing else runs meanwhile.
 *
 * @throws Error where the front end takes no input.
 */
export function prompt(text = '', options: { password?: boolean } = {}): string {
  return answerTo((question) =>
    writeMessage({
      kind: 'ask',
      cell: currentCell().id,
      question,
      text: String(text),
      password: options.password === true,
    }),
  )
}

/** The JavaScript of a module in TypeScript and its source map, from the kernel's compiler. */
export function compileModule(file: string, text: string): CompiledModule {
  return JSON.parse(answerTo((question) => writeMessage({ kind: 'compile', question, file, text })))
}

function answerTo(ask: (question: number) => void): string {
  const question = ++asked
  ask(question)
  for (;;) {
    Atomics.wait(bell, 0, 0)
    Atomics.store(bell, 0, 0)
    // An answer to a question that was interrupted may still have been on its way.
    for (let received = receiveMessageOnPort(mine); received; received = receiveMessageOnPort(mine)) {
      const answer = received.message as Answer
      if (answer.question !== question) continue
      if (answer.error !== undefined) throw new Error(answer.error)
      return answer.text ?? ''
    }
  }
}
