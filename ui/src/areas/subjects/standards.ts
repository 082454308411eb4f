/* The standards that an organisation is held to: what the server tells, and the file that leaves the page. */
import type { Cell } from '../../core/csv'
import type { Wording } from '../../core/types'

export interface Standard {
  measure: string
  title: Wording
  asked: Wording
  source: Wording
  period: string
  is_met: boolean
  is_final: boolean /* else its period runs, and it may still be met */
  required?: number
  actual?: number
  unit?: Wording /* of both */
  formula?: Wording /* how it is reckoned, with the numbers in force */
}

export interface Standards {
  on: string
  is_complete: boolean
  years: number[] /* of which measures are kept, the running one first */
  met: number
  standards: Standard[] /* what is not met first */
}

export type Verdict = 'met' | 'open' | 'short'

export function verdictOf({ is_met, is_final }: Pick<Standard, 'is_met' | 'is_final'>): Verdict {
  return is_met ? 'met' : is_final ? 'short' : 'open'
}

/* A count or an area: at most two decimals. */
export function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value * 100) / 100)
}

export function standardRows(standards: readonly Standard[], head: readonly string[], say: (wording: Wording) => string, verdict: (verdict: Verdict) => string): Cell[][] {
  return [
    [...head],
    ...standards.map((one) => [say(one.title), verdict(verdictOf(one)), one.required ?? null, one.actual ?? null, one.unit ? say(one.unit) : '', one.period, say(one.formula ?? one.asked), say(one.source)]),
  ]
}
