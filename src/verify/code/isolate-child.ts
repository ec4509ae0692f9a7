// The child process around isolated-vm: fresh isolates for each test. It may be killed at any time.
//
// Started with --no-node-snapshot. Native builtins that never return (an endless sort) ignore the isolate's own
// timeout: then this process ends itself, and the judge starts another.

import { parseJson } from '../../json.js'
import { receive, send } from './frames.js'
import { type Request, run, wallSeconds } from './isolate-run.js'
import type { Outcome } from './runner.js'

/** After its limit a script has this long to be stopped, in milliseconds. */
const GRACE = 700
/** Resident memory above the isolate's own limit that is still ours, in megabytes. */
const OWN_MEMORY = 400

/** The isolate's memory may lie outside its limit (array buffers, wasm): the whole process has a bound too. */
function watched(request: Request, work: Promise<Outcome>): Promise<Outcome> {
  const began = performance.now()
  const cpu = process.cpuUsage()
  return new Promise((resolve) => {
    const finish = (outcome: Outcome, dead: boolean) => {
      clearInterval(timer)
      resolve(outcome)
      // A script that cannot be stopped takes this process with it, after the answer has left.
      if (dead) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)
    }
    const timer = setInterval(() => {
      const seconds = (performance.now() - began) / 1000
      const used = process.cpuUsage(cpu)
      const busy = (used.user + used.system) / 1e6
      const { timeLimit, patience = 1 } = request
      // A script that may be stopped was stopped before this: what compiles and collects beside it is counted here, too.
      const spent = busy > 1.5 * timeLimit + GRACE / 1000
      const late = seconds > wallSeconds(request) + GRACE / 1000
      if (
        (late && (busy > timeLimit || busy < 0.5 * seconds || seconds > 5 * timeLimit + 5)) ||
        (spent && patience > 1)
      )
        finish(
          {
            status: 'time-limit',
            seconds: Math.min(busy, timeLimit + 1),
            detail: 'it could not be stopped and was killed',
            ...(busy < timeLimit && { waited: true }),
          },
          true,
        )
      else if (process.memoryUsage.rss() > (request.memoryLimit + OWN_MEMORY) * 1024 * 1024)
        finish({ status: 'memory-limit', seconds: busy, detail: 'the process held too much' }, true)
    }, 50)
    work.then((outcome) => finish(outcome, false))
  })
}

let queue = Promise.resolve()
receive(
  process.stdin,
  (text) => {
    queue = queue.then(async () => {
      const request = parseJson(text) as unknown as Request
      send(process.stdout, await watched(request, run(request)))
    })
  },
  () => process.exit(1),
)
// The judge is gone. A thread that is deaf to the isolate's end would hold up an orderly exit.
const end = () => process.kill(process.pid, 'SIGKILL')
process.stdin.on('end', end)
process.stdin.on('close', end)
process.stdout.on('error', end)
