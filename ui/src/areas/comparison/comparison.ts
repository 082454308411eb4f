/* A plan in several counties, as the server tells it: shapes, and what a page shows of them. */
import { say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import { numberText, type State } from '../plans/plans'

export interface ComparedPlace {
  code: string
  name: Wording
  clauses: number
  answered: number
  held: number
  judged: number
  rank?: number
  is_complete: boolean
  states: Record<State, number>
}

export interface Cell {
  state: State
  why: Wording
  value?: number
  period?: string
  denominator?: number
  numerator?: number
  of?: number
  target?: number
  target_text?: Wording
  target_high?: number
  rank?: number
}

export interface Row {
  clause: string
  clause_title: Wording
  by: string
  id: string
  title: Wording
  unit?: string | null
  compare?: string | null
  cells: Cell[]
}

export interface Comparison {
  on: string
  plan: string
  plans: { id: string; title: Wording; place?: string | null }[]
  places: ComparedPlace[]
  rows: Row[]
}

export interface Wish {
  isDifferent: boolean
  isMeasure: boolean
}

/* Counties differ where their states do; or, of parameters, their values. */
export function differ(row: Row): boolean {
  const [first, ...rest] = row.cells
  return rest.some((cell) => cell.state !== first?.state || (row.by === 'policy' && cell.value !== first?.value))
}

export function rowsOf(comparison: Comparison, wish: Wish): Row[] {
  return comparison.rows.filter((row) => (!wish.isDifferent || differ(row)) && (!wish.isMeasure || row.by === 'measure'))
}

export function cellTarget(cell: Cell): string {
  return cell.target_text ? say(cell.target_text) : ''
}

export function cellValue(row: Row, cell: Cell): string {
  if (cell.value === undefined) return '—'
  const target = cell.target === undefined ? undefined : { compare: row.compare ?? '', low: cell.target, high: cell.target_high ?? null }
  return numberText(cell.value, row.unit, target) + (row.unit ?? '')
}

