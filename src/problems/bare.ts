// Some sets wrap each question in an instruction of their own. A Problem holds the bare question: the prompt set
// adds its own instruction, and two would contradict each other.

/** How the wrapped prompts begin: QwQ's and SandboxFusion's LiveCodeBench files, and rllm's LeetCode file. */
const BEFORE = [
  /^You (?:will be given a question|are an expert Python programmer)[^\n]*\n+(?:### )?Question:\s*/,
  /^Please solve the programming task below[^\n]*\n+/,
  /^\s*QUESTION:\n/,
]

/**
 * How they end: a request for a format, then a code block that is empty or holds the starting code. The boxed line is
 * Qwen's, in QwQ's AIME file.
 */
const AFTER = [
  /\n+(?:### Format: )?(?:Read the inputs from stdin|You will use the following starter code)[^\n]*\n+```python\n([\s\S]*?)```[\s\S]*$/,
  /\n+Please complete the following python code precisely:\n+```python\n([\s\S]*?)```\s*$/,
  /\s*Please reason step by step, and put your final answer within \\boxed\{\}\.?\s*$/,
  /\n+(?:Use Standard Input format|Use Call-Based format)?\s*ANSWER:\s*$/,
]

/** The question without the instruction around it, and the code that it says to start from. */
export function bareQuestion(prompt: string): { prompt: string; starter?: string } {
  let text = prompt.replaceAll('\r\n', '\n')
  for (const pattern of BEFORE) text = text.replace(pattern, '')
  let starter: string | undefined
  for (const pattern of AFTER) {
    const found = pattern.exec(text)
    if (!found) continue
    text = text.slice(0, found.index)
    const code = found[1]?.trimEnd()
    if (code && !/^#\s*YOUR CODE HERE$/.test(code.trim())) starter = code
  }
  // Leading spaces of a first line are code's indentation in some sets: only blank lines go.
  text = text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
  return starter === undefined ? { prompt: text } : { prompt: text, starter }
}
