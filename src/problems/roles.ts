// Which field of a row plays which role: by the caller's map, else by the names that public sets use.
import { nearest } from '../nearest.js'
import { Stopped } from '../stopped.js'
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

/**
 * Stops at a map that names a role which no row has, or that is the wrong way round.
 *
 * @throws Stopped 'bad-call' with the roles that there are, and the map that was probably meant.
 */
export function checkFields(map: unknown): void {
  if (map === undefined) return
  const roles = Object.keys(NAMES) as Role[]
  const known = `The keys are ${roles.join(', ')}; what stands beside each is the name of a field of the file`
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw new Stopped('bad-call', `fields is ${JSON.stringify(map)}. ${known}.`, example('prompt', 'question'))
  for (const [key, field] of Object.entries(map)) {
    if (Object.hasOwn(NAMES, key)) {
      if (typeof field === 'string' || field === undefined) continue
      const what = `fields.${key} is ${JSON.stringify(field)}, and not the name of a field.`
      throw new Stopped('bad-call', what, example(key, 'name'))
    }
    const turned = typeof field === 'string' && Object.hasOwn(NAMES, field)
    const meant = roles.find((role) => NAMES[role].includes(plain(key))) ?? nearest(key, roles)
    throw new Stopped(
      'bad-call',
      `fields has no key ${JSON.stringify(key)}${turned || meant === undefined ? '' : `; did you mean ${meant}?`}. ${known}.`,
      turned ? example(field, key) : example(meant ?? 'prompt', typeof field === 'string' ? field : key),
    )
  }
}

function example(role: string, field: string): string {
  return `problems(file, { fields: { ${role}: '${field}' } })`
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
