/* What happens to residents: shapes, what may follow what, and where a refusal belongs. */
import { ApiError } from '../../core/api'
import { failureText } from '../../core/failure'
import { say, t } from '../../core/i18n'
import type { ResidentBrief } from '../../core/types'

export const KINDS = ['moved', 'joined', 'left', 'returned', 'died'] as const
export type Kind = (typeof KINDS)[number]
export const RELATIONS = ['0', '1', '2', '3', '4', '5', '6', '7', '8'] /* GB/T 4761 */

export type Person = Omit<ResidentBrief, 'programs'>

export interface LifeEvent {
  id: string
  kind: Kind | 'registered'
  happened_on: string
  area?: string | null
  relation?: string | null
  note?: string | null
  is_ended: boolean
  end_reason?: string | null
}

export interface Pair {
  score: number
  reasons: string[]
  first: Person
  second: Person
}

export interface Member {
  relation?: string | null
  person: Person
}

export interface LifeState {
  died_on: string
  left_on: string
}

/* Where a life stands, by the events that count. */
export function stateOf(events: readonly LifeEvent[]): LifeState {
  const state = { died_on: '', left_on: '' }
  for (const event of events) {
    if (event.is_ended) continue
    if (event.kind === 'died') state.died_on = event.happened_on
    if (event.kind === 'left') state.left_on = event.happened_on
    if (event.kind === 'returned') state.left_on = ''
  }
  return state
}

/* What can be noted next; the server decides. */
export function nextKinds(state: LifeState): Kind[] {
  if (state.died_on) return []
  return state.left_on ? ['returned', 'died'] : ['moved', 'joined', 'left', 'died']
}

/* The last event that counts can be taken back: those before it are what it builds on. */
export function lastEvent(events: readonly LifeEvent[]): LifeEvent | undefined {
  return events.filter((event) => !event.is_ended && event.kind !== 'registered').pop()
}

export interface Refusal {
  fields: Record<string, string> /* by the name of the field */
  general: string
  questions?: Record<string, string> /* the field's problem may be confirmed: by the name of the field, what to send back */
}

/* The problems of an answer, each at its field; what belongs to none of them stands apart. */
export function refusalOf(failure: unknown, fields: readonly string[]): Refusal {
  if (!(failure instanceof ApiError) || failure.isUnreachable) return { fields: {}, general: failureText(failure) }
  const refusal: Refusal = { fields: {}, general: '' }
  const problems = failure.problem?.problems ?? []
  for (const problem of problems) {
    const name = (problem.where ?? '').replace(/^\//, '')
    if (fields.includes(name)) {
      refusal.fields[name] ??= say(problem.text)
      if (problem.soft && problem.confirm) (refusal.questions ??= {})[name] = problem.confirm
    } else refusal.general ||= say(problem.text)
  }
  if (problems.length === 0) refusal.general = say(failure.wording) || t('load.failed')
  return refusal
}
