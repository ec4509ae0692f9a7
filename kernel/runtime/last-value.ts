// `_`: the value of the last cell that had one, as long as nobody has another use for the name.

let last: unknown

/**
 * Gives cells `_`. A cell that declares or imports a `_` has its own, as with every name; whoever gives
 * the global one a value (a library does) takes it over for good.
 */
export function provideLastValue(): void {
  Object.defineProperty(globalThis, '_', {
    configurable: true,
    enumerable: false,
    get: () => last,
    set: (value: unknown) => {
      last = undefined
      Object.defineProperty(globalThis, '_', { value, writable: true, configurable: true, enumerable: true })
    },
  })
}

/** Called with the value of each cell that has one. */
export function keepLastValue(value: unknown): void {
  if (Object.getOwnPropertyDescriptor(globalThis, '_')?.get) last = value
}
