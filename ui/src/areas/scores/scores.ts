/* Scores as the server tells them, and what pages make of them. Ranks come from the server alone. */
import { say } from '../../core/i18n'
import type { Wording } from '../../core/types'

export interface Part {
  measure: string
  title?: Wording
  unit?: string | null
  direction?: 'none' | 'up' | 'down' | null
  amounts?: boolean | null /* its numbers are amounts that somebody has reported, and no people or records */
  weight: number
  floor: number
  target: number
  few?: 'all' | 'share' | 'with_others' | null /* of a bulletin: so few people that nothing of it is told, or what would tell that */
  denominator?: number
  numerator?: number
  value?: number | null
  points?: number | null
  lost?: number
  total_most?: number | null /* it falls short of its gate: the total is no more than this */
}

export interface Unit {
  unit: string
  name: Wording
  rank?: number | null
  quarter?: number | null /* of those ranked: 1 the best, 4 the last */
  total?: number | null
  in_a_row?: Streak[] | null /* in the order of the table's lines */
  quality?: QualityCount[] | null /* of a bulletin, in the order of the table's rules */
  is_held?: boolean | null /* of a bulletin: total and rank would tell of so few people */
  parts: Part[]
}

/* What a rule of data quality said when a bulletin was frozen: records that it looks at, that it names, of these found right. */
export interface QualityCount {
  few?: 'all' | 'share' | 'with_others' | null
  records?: number | null
  hits?: number | null
  checked?: number | null
}

export interface Quality extends QualityCount {
  measure: string
  title: Wording
  is_complete: boolean
}

/* Years in a row on one side of a line. gap: the year that ended it for it says nothing of the unit. */
export interface Streak {
  years: number
  is_reached: boolean
  gap?: string | null
}

export interface Line {
  line: 'at_least' | 'below' | 'last'
  at: number
  years: number
  then: Wording
}

export interface Table {
  period: string
  is_complete: boolean
  is_ranked: boolean
  is_whole: boolean /* else of the part that one sees */
  few_below?: number | null
  in_a_row?: { to: string; is_complete: boolean; lines: Line[] } | null
  ties?: { measure: string; title: Wording }[] | null /* their points decide between equal totals, one after another */
  quartiles?: number[] | null /* of the totals of those ranked; the second is the median */
  quality?: Quality[] | null /* of a bulletin that was frozen with a note on its data */
  units: Unit[]
}

export interface Score {
  id: string
  title: Wording
  remarks?: Wording
  source: Wording
  level: number
  by: string /* facility, or a kind of groups of facilities */
  kind: 'month' | 'quarter' | 'half' | 'year'
}

export interface Bulletin {
  id: string
  score: string
  title: Wording
  period: string
  note?: string | null
  packs: string
  frozen_by?: string | null
  frozen_on: string
  frozen_at: string
}

/* Two decimals, as ranks are made; half away from zero on what is written, as the server rounds. */
export function pointsText(points: number | null | undefined): string {
  if (points === null || points === undefined) return '—'
  const digits = String(points)
  return digits.includes('e') ? points.toFixed(2) : (Math.round(Number(`${digits}e2`)) / 100).toFixed(2)
}

export function isNumber(points: number | null | undefined): points is number {
  return points !== null && points !== undefined
}

export function partName(part: Part): string {
  return part.title ? say(part.title) : part.measure
}

/* The rows of a unit that have begun, and the year without data that ended or prevented one: each year once. */
export function streaksOf(unit: Unit, lines: readonly Line[]): { begun: { line: Line; streak: Streak }[]; gaps: string[] } {
  const streaks = unit.in_a_row ?? []
  const begun = lines.flatMap((line, at) => ((streaks[at]?.years ?? 0) > 0 ? [{ line, streak: streaks[at]! }] : []))
  return { begun, gaps: [...new Set(streaks.flatMap(({ gap }) => (gap ? [gap] : [])))] }
}

/* What costs the unit most, the worst first. */
export function losses(unit: Unit): Part[] {
  return unit.parts.filter(({ lost }) => (lost ?? 0) > 0).sort((a, b) => (b.lost ?? 0) - (a.lost ?? 0))
}

/* Whether something costs it points that is not told. */
export function hidesLosses(unit: Unit): boolean {
  return unit.parts.some(({ few }) => few)
}

/* How many units a bulletin ranks, and how many it does not, for their totals would tell of few people. */
export function rankedOf(units: readonly Unit[]): { ranked: number; held: number } {
  return { ranked: units.filter(({ rank }) => rank).length, held: units.filter((unit) => unit.is_held).length }
}

/* How many are to be seen to, or brought down, where one can be better; 0 of amounts, behind which nobody stands. */
export function todoN(part: Part): number {
  const { numerator = 0, denominator = 0 } = part
  if (part.amounts) return 0
  return part.direction === 'down' ? numerator : denominator - numerator
}

/* The scores on which a facility of a level, or those below it, have a line; its own level's first. */
export function scoresFor(scores: readonly Score[], level: number): Score[] {
  return scores.filter((one) => one.level >= level).sort((a, b) => Number(b.level === level) - Number(a.level === level))
}

/* Doubts that nobody has found right; null where they are held back. */
export function openOf(count: QualityCount | undefined): number | null {
  return !count || count.few ? null : (count.hits ?? 0) - (count.checked ?? 0)
}

/* Places won (above 0) or lost since another table; null where one of both has no rank. */
export function moved(unit: Unit, before: readonly Unit[]): number | null {
  const then = before.find((other) => other.unit === unit.unit)?.rank
  return unit.rank && then ? then - unit.rank : null
}
