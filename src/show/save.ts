// What a figure or a view leaves in a file.
import { writeFileSync } from 'node:fs'
import { Stopped } from '../stopped.js'

/** @throws Stopped('disk') with what to choose instead. */
export function save(file: string, content: string | Buffer): void {
  try {
    writeFileSync(file, content)
  } catch (cause) {
    throw new Stopped(
      'disk',
      `${file} could not be written: ${(cause as Error).message}`,
      'Choose a folder that exists and can be written to.',
      cause,
    )
  }
}
