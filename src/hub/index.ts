// The Hugging Face Hub: what a repository holds, its files on this machine, and requests with the user's token.
//
//   const repo = await hubRepo('AI-MO/NuminaMath-CoT')                 commit, licence, files with sizes and checksums
//   const wanted = repo.files.filter(({ path }) => path.endsWith('.parquet'))
//   const places = await hubFiles(repo, wanted)                          cached, resumed, verified, drawn
//   const { value } = await hubJson('/api/whoami-v2', {})                any other call, as the user
//   await sendFiles(await readFiles(dir, list, fix), { … })              files in one commit, none of them twice
//   await hubRequest(signedAddress, { method: 'PUT', body: bytes })      an upload: the token stays at home
//
// Settings are the environment's: HF_ENDPOINT, HF_TOKEN (or the file of `hf auth login`), HF_HOME, HF_HUB_CACHE,
// HF_HUB_OFFLINE. Every refusal is a Stopped with what to type; no token and no signed address is ever part of one.
export type { Asked } from './faults.js'
export { hubFiles, hubRepo } from './files.js'
export { matching } from './match.js'
export type { Repo, RepoConfig, RepoFile } from './repo.js'
export { hubJson, hubRequest } from './request.js'
export { readFiles, type SentHow, sendFiles } from './send.js'
export { endpoint, token } from './settings.js'
