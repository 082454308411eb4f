/* Plans as the server tells them, and what pages say of them: shapes, filters, lines of the exported table. */
import { say, t } from '../../core/i18n'
import type { Wording } from '../../core/types'
import type { Cell } from '../../core/csv'
import { roundedBeside, type Bounds } from '../measures/measures'
import { word, wordOf } from './plan-words'

/* From the worst to the best: the order of chips and of the bar. */
export const STATES = ['behind', 'at_risk', 'no_data', 'on_track', 'not_due', 'met', 'unanswered'] as const
export type State = (typeof STATES)[number]

export interface Target {
  compare?: string
  low?: number
  high?: number | null
  unit?: string | null
  by?: string | null
  yearly?: number[]
}

export interface Answer {
  by: string
  id: string
  state: State
  reason: string
  title?: Wording
  needed?: Wording
  number?: number
  of?: number
  value?: number
  unit?: string | null
  period?: string
  denominator?: number
  numerator?: number
  expected?: number
  reached_on?: string | null
  evidence?: string | null
  target?: Target
}

export interface Clause {
  id: string
  title: Wording
  text: Wording
  remark?: Wording
  kind: string
  force: string
  owners: { id: string; title: Wording }[]
  is_reading: boolean
  due?: string | null
  every?: string | null
  state: State
  is_partly: boolean
  entry_n: number
  answers: Answer[]
}

export interface PlanHead {
  id: string
  title: Wording
  place?: string | null
  is_elsewhere: boolean
  source: Wording
  from?: string | null
  until?: string | null
  clauses: number
  answered: number
  partly: number
  states: Record<State, number>
}

export interface Plan extends PlanHead {
  on: string
  sections: { id: string; title: Wording; clauses: Clause[] }[]
}

export interface Entry {
  id: string
  kind: string
  milestone?: string | null
  happened_on: string
  note?: string | null
  evidence?: string | null
  written_by?: string | null
  written_on: string
  ended_on?: string | null
  end_reason?: string | null
}

export interface Wish {
  state: State | ''
  owner: string
  text: string
}

export function fits(clause: Clause, wish: Wish): boolean {
  const wanted = wish.text.trim().toLowerCase()
  const said = [clause.id, clause.title.zh, clause.title.en, clause.text.zh, clause.text.en].join(' ').toLowerCase()
  return (wish.state === '' || clause.state === wish.state)
    && (wish.owner === '' || clause.owners.some(({ id }) => id === wish.owner))
    && said.includes(wanted)
}

/* Units in the order in which they first lead or help. */
export function ownersOf(plan: Plan): { id: string; title: Wording }[] {
  const seen = new Map<string, { id: string; title: Wording }>()
  for (const { clauses } of plan.sections) for (const { owners } of clauses) for (const owner of owners) if (!seen.has(owner.id)) seen.set(owner.id, owner)
  return [...seen.values()]
}

/* Beside a target what misses it does not look as if it met it. */
export function numberText(value: number, target?: Bounds): string {
  return String(roundedBeside(value, 3, target))
}

/* Its number is being made. */
export function isCounted({ reason }: Answer): boolean {
  return reason === 'being_counted'
}

export function reasonOf(answer: Answer): string {
  const isAbove = answer.reason === 'below_path' && (answer.value ?? 0) > (answer.expected ?? 0) /* where less is better */
  return wordOf('reason', isAbove ? 'above_path' : answer.reason, {
    date: answer.reached_on ?? '',
    evidence: answer.evidence ?? '',
    number: numberText(answer.number ?? 0),
    of: numberText(answer.of ?? 0),
    period: answer.period ?? '',
    value: numberText(answer.value ?? 0, answer.target) + (answer.unit ?? ''),
    expected: numberText(answer.expected ?? 0) + (answer.unit ?? ''),
  })
}

export function targetText(target: Target): string {
  const unit = target.unit ?? ''
  const number = (value: number | null | undefined): string => `${numberText(value ?? 0)}${unit}`
  const parts = [
    target.compare ? wordOf('compare', target.compare, { low: number(target.low), high: number(target.high) }) : '',
    target.yearly ? word('yearly', { least: numberText(target.yearly[0] ?? 0), most: number(target.yearly[1]) }) : '',
    target.by ?? '',
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/* Where a measure's number, its target and what is expected by today stand on a line from nothing to the most of them. */
export interface Path {
  value: number | null
  expected: number | null
  low: number | null
  high: number | null
}
export function pathOf({ by, unit, value, expected, target }: Answer): Path | null {
  if (by !== 'measure' || value === undefined) return null
  const known = [value, expected, target?.low, target?.high].flatMap((one) => (one === null || one === undefined ? [] : [one]))
  const most = Math.max(unit === '%' ? 100 : 0, ...known)
  const at = (number: number | null | undefined): number | null => (number === null || number === undefined || most <= 0 ? null : (Math.max(0, number) / most) * 100)
  return { value: at(value), expected: at(expected), low: at(target?.low), high: at(target?.high) }
}

/* What an answer is called; an indicator that is not there yet has no name but its id. */
export function answerName(answer: Answer): string {
  if (answer.title) return say(answer.title)
  return answer.by === 'engine' ? say(answer.needed) : word('wantedName', { id: answer.id })
}

/* The answer that decides: the first with the clause's state. */
export function deciding(clause: Clause): Answer | undefined {
  return clause.answers.find((answer) => answer.state === clause.state) ?? clause.answers[0]
}

export function fileRows(plan: Plan, wish: Wish): Cell[][] {
  const head = [word('number'), word('clause'), word('owner'), word('due'), word('state'), word('why')]
  const rows = plan.sections.flatMap(({ clauses }) => clauses).filter((clause) => fits(clause, wish)).map((clause) => {
    const answer = deciding(clause)
    return [clause.id, say(clause.title), clause.owners.map(({ title }) => say(title)).join(t('list.comma')), clause.due ?? '', wordOf('state', clause.state), answer ? `${answerName(answer)}: ${reasonOf(answer)}` : '']
  })
  return [head, ...rows]
}
