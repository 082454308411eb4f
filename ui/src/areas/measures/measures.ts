/* Measures as the server tells them, and what pages make of them: periods, units side by side, their distribution, lines of the
 * exported table. Values are compared unrounded; rounding is for the eye. */
import { COUNTY, TOWNSHIP, VILLAGE } from '../../core/levels'
import type { Wording } from '../../core/types'

export type Direction = 'none' | 'up' | 'down'
export type Kind = 'month' | 'quarter' | 'half' | 'year'
/* area, facility, or a kind of groups of facilities, as a medical community. */
export type By = string

export interface Numbers {
  denominator: number
  numerator: number
  value?: number | null
}

export interface PeriodNumbers extends Numbers {
  period: string
}

export interface Measure {
  id: string
  title: Wording
  denominator_title: Wording
  numerator_title: Wording
  remarks?: Wording
  unit?: string | null
  direction: Direction
  growth: 'none' | 'even' | 'late'
  grain: 'subject' | 'record'
  subject: string /* resident, or what kind of organisation */
  value_is: 'ratio' | 'count'
  amounts: boolean /* its rows are amounts that are added up, in `required` and `actual` */
  quality: boolean
  periods: Kind[]
  source: Wording
}

export interface MeasureLine extends Measure, PeriodNumbers {
  is_made: boolean /* else it is counted for the first time, and its numbers say nothing yet */
  is_complete: boolean
  earlier: PeriodNumbers[]
}

export interface UnitValue extends PeriodNumbers {
  unit: string
  name: Wording
  level: number
}

/* How a standard is reckoned: the pack's sentence with each parameter as $id, and what these are on a day. */
export interface FormulaNumber {
  id: string
  title: Wording
  unit?: string | null
  value: string
}

export interface Formula {
  text: Wording
  filled: Wording
  on: string
  parameters: FormulaNumber[]
}

export interface MeasureAnswer extends Measure {
  required_unit?: Wording
  formula?: Formula
  on: string /* a past day as it was known then, or today */
  today: string
  is_made: boolean /* else the last period is counted for the first time, and says nothing yet */
  is_complete: boolean
  groups: { kind: string; title: Wording }[] /* what else than areas and facilities units can be */
  recorded_from?: string | null /* before this day nobody recorded what it reads */
  values: UnitValue[]
  /* Of a past day: nothing was recorded by then; while it is counted, how many people have been. */
  is_early?: boolean
  counted?: number
  people?: number
}

/* Where a plan wants the measure's number, in its unit. */
export interface PlanPath {
  plan: string
  plan_title: Wording
  is_elsewhere: boolean /* of another place, kept to compare with */
  clause: string
  clause_title: Wording
  shape: 'level' | 'even' | 'linear' | 'a_year' | 'stages'
  points: { period: string; expected?: number; high?: number }[] /* high: it may not lie above */
}

export const pathId = ({ plan, clause }: PlanPath) => `${plan}/${clause}`
export const nameOfPath = ({ plan_title: title, clause }: PlanPath, say: (wording: Wording) => string) => `${say(title)} ${clause}`

/* As many paths as the lines of a chart leave room for, the first of those that are asked for (all of them: null) first; one with two ends takes two lines. */
export function pathsWithin(paths: readonly PlanPath[], asked: readonly string[] | null, room: number): PlanPath[] {
  const wanted = asked ? asked.flatMap((id) => paths.find((one) => pathId(one) === id) ?? []) : paths
  let left = room
  return wanted.filter((path) => {
    const fits = linesOf(path) <= left
    left -= fits ? linesOf(path) : 0
    return fits
  })
}
export function linesOf({ points }: PlanPath): number {
  return points.some(({ high }) => high !== undefined) ? 2 : 1
}

const AREA_DIGITS: Record<number, number> = { [COUNTY]: 6, [TOWNSHIP]: 9, [VILLAGE]: 12 }

/* ---- periods: "2025", "2025H1", "2025Q2", "2025-06" ---- */

const STEPS: Record<Kind, number> = { year: 1, half: 2, quarter: 4, month: 12 }
/* How many are drawn, the last included. */
export const TREND: Record<Kind, number> = { year: 5, half: 6, quarter: 8, month: 13 }

export function kindOf(period: string): Kind | null {
  if (/^\d{4}$/.test(period)) return 'year'
  if (/^\d{4}H[12]$/.test(period)) return 'half'
  if (/^\d{4}Q[1-4]$/.test(period)) return 'quarter'
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(period) ? 'month' : null
}

function nameOf(kind: Kind, number: number): string {
  const year = Math.floor(number / STEPS[kind])
  const step = (number % STEPS[kind]) + 1
  if (kind === 'year') return String(year)
  return kind === 'month' ? `${year}-${String(step).padStart(2, '0')}` : `${year}${kind === 'half' ? 'H' : 'Q'}${step}`
}

function numberOf(period: string): number {
  const kind = kindOf(period) ?? 'year'
  const step = kind === 'year' ? 1 : Number(period.slice(5))
  return Number(period.slice(0, 4)) * STEPS[kind] + step - 1
}

/* Negative: so many before. */
export function periodAfter(period: string, steps: number): string {
  return nameOf(kindOf(period) ?? 'year', numberOf(period) + steps)
}

/* Its last day. */
export function lastDayOf(period: string): string {
  const next = periodAfter(period, 1)
  const months = 12 / STEPS[kindOf(period) ?? 'year']
  const month = kindOf(period) === 'year' ? 0 : (Number(next.replace(/^\d{4}\D/, '')) - 1) * months
  return new Date(Date.UTC(Number(next.slice(0, 4)), month, 0)).toISOString().slice(0, 10)
}

/* The one that a day lies in. */
export function periodOn(kind: Kind, day: string): string {
  const month = Number(day.slice(5, 7)) - 1
  return nameOf(kind, Number(day.slice(0, 4)) * STEPS[kind] + Math.floor(month / (12 / STEPS[kind])))
}

export function isRunning(period: string, on: string): boolean {
  return periodOn(kindOf(period) ?? 'year', on) === period
}

/* Ascending, the last included. */
export function periodsUpto(last: string, n: number): string[] {
  return Array.from({ length: n }, (_, i) => periodAfter(last, i - n + 1))
}

/* ---- numbers for the eye ---- */

function scaleOf(unit: string | null | undefined): number {
  return unit === '%' ? 100 : unit === '‰' ? 1000 : unit === '‱' ? 10000 : 1
}

/* Scaled, unrounded. */
export function scaled(value: number | null | undefined, unit: string | null | undefined): number | null {
  return value === null || value === undefined ? null : value * scaleOf(unit)
}

/* What is asked of a scaled value. */
export interface Bounds {
  compare?: string
  low?: number
  high?: number | null
}

/* Whether it is as asked; null: nothing is. */
export function meets(number: number, { compare, low = 0, high }: Bounds): boolean | null {
  const isSame = Math.abs(number - low) < 1e-9
  if (compare === 'at_least') return isSame || number > low
  if (compare === 'above') return !isSame && number > low
  if (compare === 'at_most') return isSame || number < low
  if (compare === 'below') return !isSame && number < low
  if (compare === 'exactly') return isSame
  return compare === 'between' ? number > low - 1e-9 && number < (high ?? Infinity) + 1e-9 : null
}

/* Beside a target what misses it does not look as if it met it, nor the other way round: more decimals where fewer would say so, as the
 * server writes it. */
const DECIMALS_MOST = 6
export function roundedBeside(number: number, decimals: number, target?: Bounds): number {
  const scale = 10 ** decimals
  const near = Math.round(number * scale)
  if (!target || meets(near / scale, target) === meets(number, target)) return near / scale
  return decimals < DECIMALS_MOST ? roundedBeside(number, decimals + 1, target) : number
}

/* One of a share, else two. */
export function decimalsOf(unit: string | null | undefined): number {
  return unit === '%' ? 1 : 2
}

/* One decimal of a share, else two; what is not all does not look like all, nor what is not none like none. */
export function valueText(value: number | null | undefined, unit: string | null | undefined, target?: Bounds): string {
  const number = scaled(value, unit)
  if (number === null) return '—'
  const rounded = roundedBeside(number, decimalsOf(unit), target)
  if (unit !== '%') return `${rounded}${unit ?? ''}`
  const shown = rounded === 100 && number < 100 ? 99.9 : rounded === 0 && number > 0 ? 0.1 : rounded
  return `${Number.isInteger(shown) ? shown.toFixed(1) : shown}%`
}

/* The change against another value as it is shown: of a share in points. */
export function changeOf(value: number | null | undefined, other: number | null | undefined, unit: string | null | undefined, decimals = 1): number | null {
  const now = scaled(value, unit)
  const then = scaled(other, unit)
  return now === null || then === null ? null : Math.round((now - then) * 10 ** decimals) / 10 ** decimals
}

/* With its sign. */
export function signed(change: number, decimals = 1): string {
  return `${change > 0 ? '+' : change < 0 ? '−' : '±'}${Math.abs(change).toFixed(decimals)}`
}

export type Verdict = 'better' | 'worse' | 'same'
/* What a change means where more, or less, is better. */
export function verdictOf(change: number, direction: Direction): Verdict | null {
  if (direction === 'none') return null
  if (Math.abs(change) < 1e-9) return 'same'
  return change > 0 === (direction === 'up') ? 'better' : 'worse'
}

export function sumOf(values: readonly Numbers[], isCount = false): Numbers {
  const denominator = values.reduce((sum, one) => sum + one.denominator, 0)
  const numerator = values.reduce((sum, one) => sum + one.numerator, 0)
  return { denominator, numerator, value: denominator === 0 ? null : isCount ? numerator : numerator / denominator }
}

/* Of everything in sight in one period: of the highest units that are told, by area; they do not overlap. */
export function wholeOf(values: readonly UnitValue[], period: string, isCount = false): Numbers {
  const told = values.filter((one) => one.period === period)
  const top = Math.min(...told.map(({ level }) => level))
  return sumOf(told.filter(({ level }) => level === top), isCount)
}

export function trendOf(values: readonly UnitValue[], periods: readonly string[], isCount = false): PeriodNumbers[] {
  return periods.map((period) => ({ period, ...wholeOf(values, period, isCount) }))
}

/* A path on the periods that are drawn, as values are (a share of one); null where the plan asks nothing. */
export function pathValues(path: PlanPath, end: 'expected' | 'high', periods: readonly string[], unit: string | null | undefined): (number | null)[] {
  const known = new Map(path.points.map((point) => [point.period, point[end]]))
  return periods.map((period) => {
    const wanted = known.get(period)
    return wanted === undefined ? null : wanted / scaleOf(unit)
  })
}

/* What the plan asks of the whole says something of a unit too, unless it counts up or goes by the year before. */
export function holdsForUnits({ shape }: Pick<PlanPath, 'shape'>, { value_is: valueIs }: Pick<Measure, 'value_is'>): boolean {
  return valueIs === 'ratio' && shape !== 'a_year'
}

/* A formula's sentence in pieces: words, and numbers in place of each $id. */
export function formulaPieces(text: string, parameters: readonly FormulaNumber[]): (string | FormulaNumber)[] {
  return text.split(/\$([a-z0-9_]+)/).map((piece, at) => (at % 2 === 0 ? piece : (parameters.find(({ id }) => id === piece) ?? `$${piece}`)))
}

/* ---- units side by side ---- */

export interface Line extends UnitValue {
  rest: number
  rank: number | null /* 1 is best; the same value has the same rank; null: nothing is counted, or nothing is better */
}

export interface Tree {
  code: string
  parent: string | null
}

/* The units right below another one ('': the highest that have others beside them); by area codes tell it, by facility the tree; groups have none. */
export function unitsBelow(values: readonly UnitValue[], by: By, above: string, tree: readonly Tree[]): UnitValue[] {
  if (by === 'facility') {
    const told = new Set(values.map(({ unit }) => unit))
    const parents = new Map(tree.map(({ code, parent }) => [code, parent]))
    const roots = values.filter(({ unit }) => !told.has(parents.get(unit) ?? ''))
    if (above !== '') return values.filter(({ unit }) => parents.get(unit) === above)
    const root = roots.length === 1 ? roots[0] : undefined
    const below = root ? values.filter(({ unit }) => parents.get(unit) === root.unit) : []
    return below.length > 0 ? below : roots
  }
  if (by !== 'area') return above === '' ? values.slice() : []
  const inside = values.filter(({ unit, level }) => unit.startsWith(above) && unit !== above && level > COUNTY && unit.length === AREA_DIGITS[level])
  const level = Math.min(...inside.map((one) => one.level))
  return inside.filter((one) => one.level === level)
}

function better(a: UnitValue, b: UnitValue, direction: Direction): number {
  const difference = (b.value ?? 0) - (a.value ?? 0)
  return direction === 'down' ? -difference : difference
}

/* What is equal shares its rank, and the next one counts them all: 1, 2, 2, 4. */
export function ranked(values: readonly UnitValue[], direction: Direction): Line[] {
  const counted = values.filter(({ value }) => value !== null && value !== undefined)
  return values.map((one) => ({
    ...one,
    rest: one.denominator - one.numerator,
    rank: direction === 'none' || one.value === null || one.value === undefined ? null : 1 + counted.filter((other) => better(other, one, direction) < 0).length,
  }))
}

export const COLUMNS = ['rank', 'name', 'denominator', 'numerator', 'rest', 'value'] as const
export type Column = (typeof COLUMNS)[number]

export function isColumn(name: string): name is Column {
  return (COLUMNS as readonly string[]).includes(name)
}

/* Ranks and codes ascending, numbers with the largest first; what has no value last; equal ones by code. */
export function sorted(lines: readonly Line[], column: Column, isReversed: boolean): Line[] {
  const byCode = (a: Line, b: Line) => (a.unit < b.unit ? -1 : 1)
  const number = (line: Line) => (column === 'rank' ? (line.rank === null ? null : -line.rank) : column === 'value' ? (line.value ?? null) : line[column as 'rest'])
  return lines.slice().sort((a, b) => {
    if (column === 'name') return isReversed ? byCode(b, a) : byCode(a, b)
    const [x, y] = [number(a), number(b)]
    if (x === null || y === null) return x === y ? byCode(a, b) : x === null ? 1 : -1
    return (isReversed ? x - y : y - x) || byCode(a, b)
  })
}

/* What is still to be done: those who are not counted, or where less is better, those who are. */
export function leftOf(line: Line, direction: Direction): number {
  return direction === 'down' ? line.numerator : line.rest
}

/* Those that are far from the best, with the most left first: where the most can be gained. Who is the best, or is as asked, is not among them. */
export function worst(lines: readonly Line[], n: number, { direction, unit, value_is }: Pick<Measure, 'direction' | 'unit' | 'value_is'>, target?: Bounds): Line[] {
  const isLacking = (line: Line) => (line.rank ?? 1) > 1 && (value_is === 'count' || leftOf(line, direction) > 0) && !(target && meets(scaled(line.value, unit) ?? 0, target))
  return lines.filter(isLacking).sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0) || leftOf(b, direction) - leftOf(a, direction)).slice(0, n)
}

export interface Band {
  from: number
  to: number
  units: Line[]
}

/* Bands of shares, ten points each, from the lowest to the highest that has a unit; of shares alone. */
export function bandsOf(lines: readonly Line[], unit: string | null | undefined = '%'): Band[] {
  if (unit !== '%') return []
  const told = lines.filter(({ value }) => value !== null && value !== undefined)
  if (told.length === 0 || told.some(({ value }) => (value ?? 0) < 0 || (value ?? 0) > 1)) return []
  const bandOf = ({ value }: Line) => Math.min(9, Math.floor((value ?? 0) * 10 + 1e-12))
  const first = Math.min(...told.map(bandOf))
  const last = Math.max(...told.map(bandOf))
  return Array.from({ length: last - first + 1 }, (_, i) => ({ from: (first + i) * 10, to: (first + i + 1) * 10, units: told.filter((line) => bandOf(line) === first + i) }))
}

export function medianOf(lines: readonly Line[]): number | null {
  const values = lines.flatMap(({ value }) => (value === null || value === undefined ? [] : [value])).sort((a, b) => a - b)
  if (values.length === 0) return null
  const middle = (values.length - 1) / 2
  return (values[Math.floor(middle)]! + values[Math.ceil(middle)]!) / 2
}

/* A number that grows through its period cannot be held against that of a whole one before the period has ended. */
export function judgedBy(measure: Measure, period: string, on: string): Direction {
  return measure.growth !== 'none' && isRunning(period, on) ? 'none' : measure.direction
}

/* What is left to do: those who are not counted yet, or where less is better, those who are. */
export function todoOf(measure: Measure): 'rest' | 'numerator' {
  return measure.direction === 'down' ? 'numerator' : 'rest'
}

/* ---- drawing ---- */

export interface Point {
  x: number
  y: number
  period: string
  value: number
}

/* Positions of a line, left to right; a period without a value is a gap. */
export function pointsOf(values: readonly PeriodNumbers[], low: number, high: number, width: number, height: number): Point[] {
  const span = high - low || 1
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return values.flatMap(({ period, value }, i) => (value === null || value === undefined ? [] : [{ x: i * step, y: height - ((value - low) / span) * height, period, value }]))
}
