/* A worklist: what is asked, in the address and to the server; its rows, its numbers, the views. The address says all
 * of the question, so that a page can be kept, sent, and gone back to. */
import { newId } from '../../core/uuid'
import type { Obligation, ResidentBrief, SubjectBrief, Wording } from '../../core/types'

export const STATES = ['all', 'overdue', 'due', 'open', 'waived', 'done'] as const
export type WorkState = (typeof STATES)[number]
export const PARTS = ['area', 'facility', 'doctor', 'team', 'program', 'rule'] as const
export type Part = (typeof PARTS)[number]
export const PAGES = [20, 50, 100]
const USUAL = 50
const SORTS = ['due', 'area', 'service', 'age', 'done']

export interface Question extends Record<Part, string> {
  state: WorkState
  sort: string
  since: string
  skip: number
  limit: number
}

export type WorkItem = Obligation & {
  resident?: Omit<ResidentBrief, 'programs'>
  subject?: SubjectBrief
  tag: Wording
  answers?: string | null
  met_on?: string | null
}

export interface Count {
  code: string
  name?: string | null
  name_en?: string | null
  under?: string | null
  n: number
  overdue: number
}
export interface RuleCount {
  program: string
  rule?: string
  title: Wording
  n: number
  overdue: number
}
export interface Totals {
  n: number
  states: Record<Exclude<WorkState, 'all'>, number>
  programs: RuleCount[]
  rules: RuleCount[]
  areas: Count[]
  facilities: Count[]
  doctors: Count[]
  teams: Count[]
}
export interface View {
  id: string
  name: string
  is_own: boolean
  is_shared: boolean
  filter: Record<string, string>
}

type Query = Readonly<Record<string, string>>

/* What an address asks. */
export function questionOf(query: Query): Question {
  const limit = Number(query['limit'])
  const skip = Number(query['skip'])
  const state = STATES.find((one) => one === query['state']) ?? 'all'
  const sort = query['sort'] ?? ''
  return {
    state,
    sort: SORTS.includes(sort.replace(/^-/, '')) ? sort : state === 'done' ? '-done' : 'due',
    area: query['area'] ?? '', facility: query['facility'] ?? '', doctor: query['doctor'] ?? '', team: query['team'] ?? '',
    program: query['program'] ?? '', rule: query['rule'] ?? '', since: query['since'] ?? '',
    limit: PAGES.includes(limit) ? limit : USUAL,
    skip: Number.isInteger(skip) && skip > 0 ? skip : 0,
  }
}

/* The address of a question; what is usual is left out. */
export function addressOf(question: Question): string {
  const usual = questionOf({ state: question.state })
  const pairs = (Object.keys(question) as (keyof Question)[])
    .filter((key) => question[key] !== '' && (key === 'state' ? question.state !== 'all' : question[key] !== usual[key]))
    .map((key) => `${key}=${encodeURIComponent(String(question[key]))}`)
  return pairs.length > 0 ? `/due?${pairs.join('&')}` : '/due'
}

/* What the server is asked. */
export function filterOf(question: Question): Record<string, string> {
  return {
    state: question.state === 'all' ? 'overdue,due,open' : question.state,
    area: question.area, facility: question.facility, doctor: question.doctor, team: question.team,
    program: question.program, rule: question.rule, since: question.since,
  }
}

/* Another value of a part; chosen again, it goes. A rule is one of its program; the list begins anew. */
export function choose(question: Question, change: Partial<Question>): Question {
  const next = { ...question, skip: 0, ...change }
  if ('program' in change && !('rule' in change)) next.rule = ''
  if ('state' in change && !('sort' in change)) next.sort = questionOf({ state: next.state }).sort
  return next
}

/* The last page that a list of n rows has: where to go when there is none left to skip to. */
export function lastPage(question: Question, n: number): Question {
  const last = Math.max(0, Math.ceil(n / question.limit) - 1) * question.limit
  return { ...question, skip: Math.min(question.skip, last) }
}

/* The order a column's head asks for: ascending, then descending. */
export function sorted(question: Question, column: string): string {
  return question.sort === column ? `-${column}` : column
}

/* What a view keeps, and the question that it is. */
export function keptOf(question: Question): Record<string, string> {
  const { state, sort, area, facility, doctor, team, program, rule } = question
  return { state, sort, area, facility, doctor, team, program, rule }
}
export function asked(view: View): Question {
  return questionOf(view.filter)
}
export function isSame(question: Question, view: View): boolean {
  return JSON.stringify(keptOf(question)) === JSON.stringify(keptOf(asked(view)))
}

export function newView(question: Question, name: string, isShared: boolean): { id: string; body: object } {
  return { id: newId(), body: { name, is_shared: isShared, filter: keptOf(question) } }
}
