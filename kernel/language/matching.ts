/** True where an item goes on what was typed, whatever its case. */
export function matches(text: string, word: string): boolean {
  return text.slice(0, word.length).toLowerCase() === word.toLowerCase()
}
