// ours.mjs GALLERY FOLDER: draws every figure of the gallery in this fresh process, and leaves them as FOLDER/figures.json.
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const [, , module, folder] = process.argv
const began = Number(process.env.BENCH_BEGAN)
// What a live figure writes while it grows is not for this process's output.
process.stderr.write = () => true
const { gallery } = await import(module)
const figures = []
const [each, png] = [[], []]
let [first, largest] = [undefined, 0]
for (const [name, make] of Object.entries(gallery)) {
  const start = performance.now()
  const figure = await make()
  const bundle = await figure[Symbol.for('Jupyter.display')]()
  if (first === undefined) first = (Date.now() - began) / 1000
  else each.push((performance.now() - start) / 1000)
  largest = Math.max(largest, JSON.stringify(bundle).length)
  const before = performance.now()
  await figure.png()
  png.push((performance.now() - before) / 1000)
  figures.push({ name, data: figure.data, layout: figure.layout })
}
writeFileSync(path.join(folder, 'figures.json'), JSON.stringify(figures))
console.log(JSON.stringify({ first, each, png, largest, memory: process.memoryUsage.rss() / 1e6 }))
