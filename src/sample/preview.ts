// One problem as it would be sent, to be read before anything is paid for.
import { checkKnown } from '../known.js'
import type { Problem } from '../rows.js'
import { escapeHtml } from '../workspace/index.js'
import type { Model } from './model.js'
import { type Prompt, type Prompts, promptFor } from './prompts.js'

export interface Preview extends Prompt {
  /** The prompt as text. */
  toString(): string
}

/**
 * Shows a problem as it would be sent; sends nothing.
 * @example preview(asked[0], { model: qwq })
 */
export function preview(problem: Problem, options: { prompts?: Prompts; model?: Model } = {}): Preview {
  checkKnown('preview(…)', options, { prompts: true, model: true })
  const prompt = promptFor(problem, options.prompts, options.model?.system)
  const turns: [string, string][] = [['user', prompt.user]]
  if (prompt.system !== null) turns.unshift(['system', prompt.system])
  const text = turns.map(([role, content]) => `[${role}]\n${content}`).join('\n\n')
  const html = turns
    .map(
      ([role, content]) =>
        `<div><b>${role}</b><pre style="white-space:pre-wrap;margin:.2em 0 .8em">${escapeHtml(content)}</pre></div>`,
    )
    .join('')
  return Object.defineProperties({ ...prompt } as Preview, {
    toString: { value: () => text },
    [Symbol.for('Jupyter.display')]: { value: () => ({ 'text/plain': text, 'text/html': html }) },
  })
}
