// Adds up the test reports and the steps that failed, with the files that took longest; the last line is what CI reads.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const [folder, ...failedSteps] = process.argv.slice(2)
let passed = 0
let failed = 0
let skipped = 0
const times = []
for (const name of ['test.json', 'ci.json']) {
  const file = path.join(folder, name)
  if (!existsSync(file)) {
    console.log(`no report from ${name}: its tests did not run`)
    failed++
    continue
  }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  skipped += report.numPendingTests + report.numTodoTests
  // A file that does not load has no tests to count, but it failed all the same.
  for (const suite of report.testResults) {
    times.push([(suite.endTime - suite.startTime) / 1000, path.relative(process.cwd(), suite.name)])
    if (suite.status === 'failed' && suite.assertionResults.every(({ status }) => status !== 'failed')) {
      failed++
      console.log(`did not load: ${path.relative(process.cwd(), suite.name)}\n${suite.message}`)
    }
    for (const test of suite.assertionResults) {
      if (test.status === 'failed') console.log(`failed: ${path.relative(process.cwd(), suite.name)} > ${test.fullName}`)
      if (test.status === 'pending' || test.status === 'skipped') console.log(`skipped: ${test.fullName}`)
    }
  }
}
times.sort(([a], [b]) => b - a)
for (const [seconds, name] of times.slice(0, 12)) console.log(`${seconds.toFixed(0).padStart(5)} s  ${name}`)
// A step that failed without a failed test of its own (an install, the type check) counts as one.
const other = failedSteps.filter((step) => !['npm test', 'real clients and hosts'].includes(step))
failed += other.length
if (failedSteps.length > 0 && failed === 0) failed = failedSteps.length
if (failedSteps.length > 0) console.log(`steps that failed: ${failedSteps.join(', ')}`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
