// The environment of the cells: a secret that one of them sets is told to the kernel, which hides it.
import { isSecretName } from '../display/secrets.js'
import { writeMessage } from './writer.js'

const told = new Map<string, string>()

/** Watches process.env. What was there at the start the kernel knows. */
export function watchEnvironment(): void {
  const env = process.env
  for (const [name, value] of Object.entries(env)) if (isSecretName(name)) told.set(name, value ?? '')
  process.env = new Proxy(env, {
    set(target, name, value) {
      ;(target as Record<PropertyKey, unknown>)[name] = value
      tell(name, env)
      return true
    },
    defineProperty(target, name, descriptor) {
      const defined = Reflect.defineProperty(target, name, descriptor)
      tell(name, env)
      return defined
    },
  })
  const load = process.loadEnvFile
  process.loadEnvFile = (file) => {
    load.call(process, file as string)
    for (const name of Object.keys(env)) tell(name, env)
  }
}

function tell(name: PropertyKey, env: NodeJS.ProcessEnv): void {
  if (typeof name !== 'string' || !isSecretName(name)) return
  const value = env[name]
  if (value === undefined || told.get(name) === value) return
  told.set(name, value)
  writeMessage({ kind: 'secret', name, value })
}
