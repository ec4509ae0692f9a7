// What this process started and must not outlive it.

const open = new Set<{ close(): void }>()
let listening = false

/** Kills what is still running when this process ends. bubblewrap's --die-with-parent does it where even that is missed. */
export function tidyAtExit(runner: { close(): void }): void {
  open.add(runner)
  if (listening) return
  listening = true
  process.once('exit', () => {
    for (const one of open) one.close()
  })
}

/** It is closed: there is nothing left to end. */
export const leave = (runner: { close(): void }): void => void open.delete(runner)
