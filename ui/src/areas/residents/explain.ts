/* Why rules owe something to a resident, and why not, as the server tells it. */
import type { Obligation, Reason, Wording } from '../../core/types'

export interface RuleName {
  program: string
  program_title: Wording
  tag: Wording
  obligation: string
  title: Wording
}

interface Said { text: Wording }
interface Edition {
  valid_from?: string | null
  valid_until?: string | null
  is_in_force: boolean
  remarks?: Wording
  source?: string | null
  lines: Obligation[]
}
export interface Considered {
  id: string
  form_title: Wording
  happened_on: string
  counts: boolean
  text: Wording
}
export interface Explanation {
  verdict: Wording
  is_member: boolean
  member: Said[]
  waivers: Said[]
  editions: Edition[]
  records: Considered[]
}

export interface ProgramRules {
  id: string
  title: Wording
  tag: Wording
  rules: RuleName[]
}

/* The programs that the resident is in first; rules in the packs' order. */
export function byProgram(rules: readonly RuleName[], enrolled: ReadonlySet<string>): ProgramRules[] {
  const programs = new Map<string, ProgramRules>()
  for (const rule of rules) {
    const known = programs.get(rule.program) ?? { id: rule.program, title: rule.program_title, tag: rule.tag, rules: [] }
    known.rules.push(rule)
    programs.set(rule.program, known)
  }
  const all = [...programs.values()]
  return [...all.filter(({ id }) => enrolled.has(id)), ...all.filter(({ id }) => !enrolled.has(id))]
}

/* The newest first, of all editions; what does not open yet last. */
export function linesOf({ editions }: Explanation): (Obligation & { isPast: boolean })[] {
  return editions.flatMap(({ lines, is_in_force: isInForce }) => lines.map((line) => ({ ...line, isPast: !isInForce })))
    .sort((a, b) => Number(a.state === 'closed') - Number(b.state === 'closed') || (a.opens_on < b.opens_on ? 1 : a.opens_on > b.opens_on ? -1 : 0))
}

/* What the rule says in general, once: the server begins the reasons of each time with it. */
export function ruleOf(lines: readonly Obligation[]): Reason | undefined {
  return lines[0]?.why?.[0]
}

export function newestFirst(records: readonly Considered[]): Considered[] {
  return [...records].sort((a, b) => (a.happened_on < b.happened_on ? 1 : a.happened_on > b.happened_on ? -1 : 0))
}
