// Which field of a row plays which role: by the caller's map, else by the names that public sets use.
import { TEST_FIELDS } from './tests.js'

/** Which field of the file holds what, where the names are not recognised: `{ prompt: 'q', answer: 'a' }`. */
export type FieldMap = Partial<Record<Role, string>>
export type Role =
  | 'id'
  | 'prompt'
  | 'answer'
  | 'solution'
  | 'choices'
  | 'tests'
  | 'starter'
  | 'language'
  | 'subject'
  | 'difficulty'
  | 'licence'
  | 'date'

/** Names in the order in which they are tried; compared without case, spaces, dots and underscores. */
export const NAMES: Record<Role, string[]> = {
  id: ['uniqueid', 'taskid', 'questionid', 'problemid', 'recordid', 'uuid', 'globalid', 'id', 'idx', 'name'],
  prompt: ['problem', 'question', 'prompt', 'questioncontent', 'content', 'query', 'instruction'],
  answer: [
    'answer',
    'finalanswer',
    'gt',
    'gold',
    'groundtruth',
    'expectedanswer',
    'referenceanswer',
    'correct',
    'correctanswer',
    'answerkey',
    'target',
  ],
  solution: ['solution', 'combinedtext', 'rationale', 'generatedsolution', 'output', 'response'],
  choices: ['choices', 'options'],
  tests: TEST_FIELDS.map(plain),
  starter: ['startercode', 'starter'],
  language: ['language', 'lang', 'programminglanguage'],
  subject: ['subject', 'subdomain', 'subfield', 'domain', 'type', 'category', 'highleveldomain'],
  difficulty: ['difficulty', 'gptdifficultyparsed'],
  licence: ['licence', 'license'],
  date: ['contestdate', 'date', 'publisheddate'],
}

/** The field of a row that plays a role, by the map first, then by the known names. */
export function fieldOf(record: Record<string, unknown>, role: Role, map?: FieldMap): string | undefined {
  if (map?.[role] !== undefined) return map[role]
  const names = new Map(Object.keys(record).map((name) => [plain(name), name]))
  for (const name of NAMES[role]) {
    const found = names.get(name)
    if (found !== undefined && record[found] !== null && record[found] !== '') return found
  }
  return undefined
}

export function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
