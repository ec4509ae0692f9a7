// DisposableStack, AsyncDisposableStack and SuppressedError, which TypeScript knows and Node 22 has not:
// the rest of `using` (ECMAScript explicit resource management).

type Ending = (() => unknown) | undefined

/** Gives the globals to a runtime that lacks them. */
export function provideDisposal(): void {
  const globals = globalThis as unknown as Record<string, unknown>
  for (const [name, value] of Object.entries({
    SuppressedError: Suppressed,
    DisposableStack: Stack,
    AsyncDisposableStack: AsyncStack,
  }))
    if (!(name in globals)) Object.defineProperty(globals, name, { value, writable: true, configurable: true })
}

class Suppressed extends Error {
  override name = 'SuppressedError'
  readonly error: unknown
  readonly suppressed: unknown

  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message)
    this.error = error
    this.suppressed = suppressed
  }
}
Object.defineProperty(Suppressed, 'name', { value: 'SuppressedError' })

/** What both stacks share: a list of endings that run once, the last one first. */
class Endings {
  protected endings: Ending[] = []
  disposed = false

  protected add(ending: Ending): void {
    if (this.disposed) throw new ReferenceError(`This ${this.constructor.name} has been disposed of.`)
    this.endings.push(ending)
  }

  adopt<T>(value: T, onDispose: (value: T) => unknown): T {
    this.add(() => onDispose(value))
    return value
  }

  defer(onDispose: () => unknown): void {
    this.add(() => onDispose())
  }

  move(): this {
    if (this.disposed) throw new ReferenceError(`This ${this.constructor.name} has been disposed of.`)
    const moved = new (this.constructor as new () => this)()
    moved.endings = this.endings
    this.endings = []
    this.disposed = true
    return moved
  }

  protected take(): Ending[] {
    this.disposed = true
    return this.endings.splice(0).reverse()
  }
}

function methodOf(value: unknown, ...keys: symbol[]): Ending {
  if (value === null || value === undefined) return undefined
  for (const key of keys) {
    const method = (value as Record<symbol, unknown>)[key]
    if (method === undefined || method === null) continue
    if (typeof method === 'function') return () => method.call(value)
    break
  }
  throw new TypeError(`Property [${keys[0]!.description}] is not a function.`)
}

/** Errors of the endings: each one that comes later suppresses what was thrown before it. */
class Failure {
  private thrown: { error: unknown } | undefined

  add(error: unknown): void {
    this.thrown = { error: this.thrown ? new Suppressed(error, this.thrown.error) : error }
  }

  throwIfAny(): void {
    if (this.thrown) throw this.thrown.error
  }
}

class Stack extends Endings {
  get [Symbol.toStringTag](): string {
    return 'DisposableStack'
  }

  use<T>(value: T): T {
    this.add(methodOf(value, Symbol.dispose))
    return value
  }

  dispose(): void {
    const failure = new Failure()
    for (const ending of this.take())
      try {
        ending?.()
      } catch (error) {
        failure.add(error)
      }
    failure.throwIfAny()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
Object.defineProperty(Stack, 'name', { value: 'DisposableStack' })

class AsyncStack extends Endings {
  get [Symbol.toStringTag](): string {
    return 'AsyncDisposableStack'
  }

  use<T>(value: T): T {
    this.add(methodOf(value, Symbol.asyncDispose, Symbol.dispose))
    return value
  }

  async disposeAsync(): Promise<void> {
    const failure = new Failure()
    for (const ending of this.take())
      try {
        await ending?.()
      } catch (error) {
        failure.add(error)
      }
    failure.throwIfAny()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync()
  }
}
Object.defineProperty(AsyncStack, 'name', { value: 'AsyncDisposableStack' })
