// A launcher that loop.mjs kills: starts the run it is told to, prints its id, and stays.
import { train } from '../../dist/src/index.js'

const { data, launch } = JSON.parse(process.argv[2])
const run = await train(data, launch)
console.log(run.id)
for await (const _ of run.steps());
