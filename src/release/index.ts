// A release: everything that others need to check, repeat and build on the work.
export type { Criterion } from './openness.js'
export { type Release, type ReleaseOptions, release } from './release.js'
export { type UploadOptions, type UploadPlan, upload } from './upload.js'
