// Where the compiled file beside a source lies: what is started as a process or thread is JavaScript.

/**
 * The address of a file beside the one that asks. Under vitest the asker lies in src/, and only dist/ holds JavaScript.
 *
 * @param name the file, relative: './zygote.py'
 * @param asker `import.meta.url` of the module that asks
 */
export function compiled(name: string, asker: string): URL {
  return new URL(name, asker.endsWith('.ts') ? asker.replace(/\/src\/(?!.*\/src\/)/, '/dist/src/') : asker)
}
