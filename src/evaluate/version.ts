// The version of this package, which stands beside every score.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

let version: string | undefined

/** 'skylab 0.1.0'. */
export function packageVersion(): string {
  if (version !== undefined) return version
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder)
    folder = path.dirname(folder)
  const { name, version: number } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  version = `${name} ${number}`
  return version
}
