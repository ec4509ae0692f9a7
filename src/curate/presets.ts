// The mixes of the report by its names, and how each differs from what the report had.
import type { MixPart } from './quota.js'

export interface Preset {
  parts: MixPart[]
  /** Where it is not what the report trained on, and what the report does not say. */
  differs: string[]
}

/** Sources as `problems` names them, and as the hub does. */
const NUMINA = ['numina', 'AI-MO/NuminaMath-CoT']
const APPS = ['apps', 'codeparrot/apps']
const TACO = ['taco', 'BAAI/TACO']
const STILL2 = ['still2', 'RUC-AIBOX/long_form_thought_data_5k']
const OLYMPIADS = ['numina:olympiads']

const mathOnly: MixPart = { name: 'maths', domain: 'math', source: [...NUMINA, ...STILL2], rows: 4_000 }
const apps: MixPart = { name: 'APPS', source: APPS, rows: 5_000 }

/**
 * The data mixes of the report's ablation (AIME24 43.3, 36.7, 43.3; 13, 11 and 13 of 30 problems) and its final set.
 * Counts that the report states are quotas; where it states none, the difference is printed with the mix.
 */
export const PRESETS: Record<string, Preset> = {
  'math-only': {
    parts: [mathOnly],
    differs: [
      'The report says "3–4K" problems of Numina as in STILL-2\'s set, and not which: this takes at most 4,000, drawn by the seed.',
    ],
  },
  '+apps': {
    parts: [mathOnly, apps],
    differs: [
      'The report says "3–4K" problems of Numina, and not which: at most 4,000, drawn by the seed.',
      "It adds APPS without a count. 5,000 is the size of APPS' test split, from which its data was made; how many of those answers were right is not published.",
    ],
  },
  '+hard-both': {
    parts: [
      mathOnly,
      apps,
      { name: 'hard NuminaMath', source: OLYMPIADS, difficulty: [9, 9], rows: Number.POSITIVE_INFINITY },
      { name: 'TACO MEDIUM', source: ['taco:medium'], rows: Number.POSITIVE_INFINITY },
    ],
    differs: [
      'The report adds hard NuminaMath and TACO MEDIUM without counts: all that is right is taken. Olympiads of difficulty 9 and the 3,244 problems of TACO MEDIUM are what its code asks.',
      'Maths and APPS as in +apps.',
    ],
  },
  'sky-t1-17k': {
    parts: [
      { name: 'maths', domain: 'math', source: NUMINA, rows: 10_000 },
      { name: 'code', domain: 'code', source: [...APPS, ...TACO], rows: 5_000 },
      { name: 'science and puzzles', domain: 'science', source: STILL2, rows: 1_000 },
    ],
    differs: [
      'The report says 10k maths, 5k code, 1k science and puzzles; its file has 16,401 rows, 15,586 of them different (keepDuplicates: true keeps repeats).',
      'How many rows each subset gave is not published. The nearest that is: Bespoke-Stratos-17k, the same pipeline with another teacher, with 10.5k Numina, about 2.5k APPS, 3k TACO and 1k STILL-2.',
    ],
  },
}
