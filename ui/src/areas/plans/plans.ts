/* Plans as the server tells them, and what pages say of them: shapes and filters; the words are the server's. */
import type { Wording } from '../../core/types'
import { roundedBeside, type Bounds } from '../measures/measures'

/* From the worst to the best: the order of chips and of the bar. */
export const STATES = ['behind', 'at_risk', 'no_data', 'on_track', 'not_due', 'met', 'unanswered'] as const
export type State = (typeof STATES)[number]

export interface Target {
  text: Wording
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
  why: Wording
  title: Wording
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

/* The answer that decides: the first with the clause's state. */
export function deciding(clause: Clause): Answer | undefined {
  return clause.answers.find((answer) => answer.state === clause.state) ?? clause.answers[0]
}

