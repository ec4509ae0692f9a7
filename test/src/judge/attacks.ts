// Programs that try to hurt the machine, to learn what they should not, or to pass without solving anything.
import { reachingOut } from './attacks/machine.js'
import { looking } from './attacks/secrets.js'
import { usingUp } from './attacks/using-up.js'

export { cheats } from './attacks/cheats.js'
export const attacks = [...usingUp, ...reachingOut, ...looking]
