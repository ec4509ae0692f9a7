// A script on its way to the shell of another machine, and its own output out of all that comes back.

/** Printed before a script's own output, because a login shell's start-up files may print too. */
export const MARK = '\x1e\x1eskylab\x1e\x1e'

/**
 * A script that runs whole or not at all: a shell reads its input line by line, and would run the first half
 * of what a broken connection sent.
 */
export function whole(script: string): string {
  return `skylab_script() {\nprintf '%s' '${MARK}'\n${script}\n}\nskylab_script\n`
}

/** A command for the login shell that any of them passes on unchanged: no quote inside, only octal escapes. */
export function far(script: string): string {
  const octal = [...Buffer.from(script)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('')
  return `sh -c 'eval "$(printf %b "${octal}")"'`
}

/** A word of shell that stands for exactly this text. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A script's own output, out of all that was printed. */
export function afterMarkIn(chunks: Buffer[]): Buffer {
  const output = Buffer.concat(chunks)
  const mark = output.indexOf(MARK)
  return mark < 0 ? Buffer.alloc(0) : output.subarray(mark + MARK.length)
}

/** Passes on what follows the mark, holding the sender back while the file is being written. */
export function afterMark(sink: NodeJS.WritableStream): (chunk: Buffer) => boolean | Promise<void> {
  let head = Buffer.alloc(0)
  let passed = false
  return (chunk) => {
    let rest = chunk
    if (!passed) {
      head = Buffer.concat([head, chunk])
      const mark = head.indexOf(MARK)
      if (mark < 0) return true
      passed = true
      rest = head.subarray(mark + MARK.length)
    }
    if (rest.length === 0 || sink.write(rest)) return true
    return new Promise((done) => sink.once('drain', () => done()))
  }
}
