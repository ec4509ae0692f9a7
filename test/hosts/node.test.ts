// Plain Node: what is shown goes to standard output, progress to standard error.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { finish } from '../tools.js'
import { cells, project } from './hosts.js'

const user = project()
afterAll(() => user.remove())

describe('in plain Node', () => {
  it('prints a figure as its line of text, and only the last state of a progress bar where nobody watches', async () => {
    const script = path.join(user.folder, 'script.ts')
    writeFileSync(script, [cells.figure, cells.table, cells.progress].join('\n'))
    const { status, stdout, stderr } = await finish(process.execPath, ['--no-warnings', script])
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('6 / 6')
    expect(stdout).toMatch(/^bars: MATH-500, .*published by the Sky-T1 report\n2 by 2\ncounted 6\n$/)
    expect(status).toBe(0)
  })

  it('prints what stopped and what to type before any stack, where nobody catches it', async () => {
    const script = path.join(user.folder, 'stopped.ts')
    writeFileSync(script, "import { problems } from 'skylab'\nawait problems('nosuch')\n")
    const { status, stderr } = await finish(process.execPath, ['--no-warnings', script])
    const [what, fix, ...stack] = stderr.slice(stderr.indexOf('Stopped:')).split('\n')
    expect(what).toMatch(/^Stopped: There is no dataset and no file "nosuch"/)
    expect(fix).toMatch(/^ {2}→ problems\('practice'\)/)
    expect(stack.join('\n')).toContain('stopped.ts:2:')
    expect(status).toBe(1)
  })

  it('ends on Ctrl-C as any script does, where nothing listens to the signal', async () => {
    const script = path.join(user.folder, 'interrupted.ts')
    const lines = [
      "import { Step } from 'skylab'",
      'async function* none() {}',
      "await new Step({ label: 'nothing', run: none })",
    ]
    writeFileSync(
      script,
      [...lines, "process.kill(process.pid, 'SIGINT')", 'setTimeout(() => process.exit(7), 10_000)'].join('\n'),
    )
    const { signal } = await finish(process.execPath, ['--no-warnings', script])
    expect(signal).toBe('SIGINT')
  })
})
