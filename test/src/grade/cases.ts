import { readFileSync } from 'node:fs'

/** One line of the case files: `gold <=> pred` both ways, `gold => pred` one way; `</>` and `=/>` are not equal. */
export interface Case {
  kind: string
  gold: string
  pred: string
  equal: boolean
  /** Also the other way round. */
  both: boolean
}

const LINE = /^(.*?) (<=>|<\/>|=>|=\/>) ?(.*)$/

/** The cases of a file beside this one; ⏎ stands for a line break. */
export function casesOf(name: string): Case[] {
  const found: Case[] = []
  let kind = ''
  for (const line of readFileSync(new URL(`${name}.txt`, import.meta.url), 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('//')) continue
    if (line.startsWith('# ')) kind = line.slice(2)
    else {
      const [, gold, relation, pred] = LINE.exec(line) ?? []
      if (gold === undefined) throw new Error(`${name}.txt: ${line}`)
      const text = (side: string) => side.replaceAll('⏎', '\n')
      found.push({
        kind,
        gold: text(gold),
        pred: text(pred!),
        equal: !relation!.includes('/'),
        both: relation!.startsWith('<'),
      })
    }
  }
  return found
}
