// A look-up by words that come out of any text: "constructor" and "valueOf" are no entries of it.

export const table = <T>(entries: Record<string, T>): Record<string, T> => Object.assign(Object.create(null), entries)
