/* What falls due by which day, as the server tells it, and how pages put it: overdue first, the coming days, then month by month. */
import type { Wording } from '../../core/types'
import type { State } from './plans'

export const DUE_STATES = ['overdue', 'soon', 'untold', 'later', 'missed', 'done'] as const
export type DueState = (typeof DUE_STATES)[number]

export interface Due {
  plan: string
  clause: string
  title: Wording
  owners: { id: string; title: Wording }[]
  is_own: boolean /* one of its units is one's own */
  answer?: Wording
  day: string
  period?: string | null
  state: DueState
  clause_state: State
  why?: Wording
  owed?: number
  done?: number
}

export interface Months {
  on: string
  id: string
  title: Wording
  clauses: number
  dated: number
  soon_days?: number /* left out: nothing is judged by how near its day is */
  dues: Due[]
}

export interface Reminders {
  on: string
  dues: Due[]
  overdue: number
  soon: number
  soon_days?: number /* left out: nothing is judged by how near its day is */
}

/* The shape that a state is shown with; the word is its own. */
export function shapeOf(state: DueState): State {
  return ({ overdue: 'behind', soon: 'at_risk', untold: 'no_data', later: 'not_due', missed: 'behind', done: 'met' } as const)[state]
}

export interface Month {
  month: string
  dues: Due[]
}

/* By month, in order; what is overdue or due soon stands above and not here again. */
export function monthsOf(dues: readonly Due[]): Month[] {
  const months: Month[] = []
  for (const due of dues) {
    if (due.state === 'overdue' || due.state === 'soon') continue
    const month = due.day.slice(0, 7)
    if (months[months.length - 1]?.month !== month) months.push({ month, dues: [] })
    months[months.length - 1]!.dues.push(due)
  }
  return months
}

/* Units of what falls due, in the order in which they come. */
export function unitsOf(dues: readonly Due[]): { id: string; title: Wording }[] {
  const seen = new Map<string, { id: string; title: Wording }>()
  for (const { owners } of dues) for (const owner of owners) if (!seen.has(owner.id)) seen.set(owner.id, owner)
  return [...seen.values()]
}

export function isOf(due: Due, owner: string): boolean {
  return owner === '' || (owner === 'own' ? due.is_own : due.owners.some(({ id }) => id === owner))
}
