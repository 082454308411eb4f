/* Plans as the server tells them, and what pages say of them: shapes and filters; the words are the server's. */
import { say } from '../../core/i18n'
import type { Cell } from '../../core/csv'
import type { Wording } from '../../core/types'
import { word, wordOf } from './plan-words'
import type { Series } from '../charts/desk-chart'
import { decimalsOf, roundedBeside, type Bounds } from '../measures/measures'

/* From the worst to the best: the order of chips and of the bar. */
export const STATES = ['behind', 'at_risk', 'no_data', 'on_track', 'not_due', 'met', 'watched', 'unanswered'] as const
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
  judged_on?: string | null /* its own day, which has passed: value and period are of it, and `now` of the day asked */
  now?: { value: number; period: string; denominator: number; numerator: number }
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

/* The day that is shown, and how many numbers of past days are made of those that it needs. */
export interface Day {
  on: string
  today: string
  made: number
  wanted: number
  counted: number /* of so many measures: today's numbers that are there at all */
  measures: number
}

export interface Plan extends PlanHead, Day {
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

export interface Point {
  period: string
  is_running: boolean
  denominator: number
  numerator: number
  value?: number
  expected?: number
  low?: number /* what was asked at the period's end, or is today */
  high?: number
  is_met?: boolean
}

/* Numbers of a measure by periods of one kind. */
export interface Trend {
  id: string
  title: Wording
  unit?: string | null
  kind: string
  is_judged: boolean
  is_complete: boolean
  points: Point[]
}

/* From what got worse to what got better. */
export const CHANGES = ['worse', 'number_worse', 'unknown', 'same', 'number_better', 'better'] as const
export type Change = (typeof CHANGES)[number]

export interface AnswerChange {
  then: Answer
  now: Answer
  number_then?: number
  number_now?: number
  difference?: number
  worth: number
}

export interface ClauseChange {
  id: string
  title: Wording
  due?: string | null
  change: Change
  then: { state: State; is_partly: boolean }
  now: { state: State; is_partly: boolean }
  answers: AnswerChange[]
}

export interface TwoDays {
  id: string
  title: Wording
  then: Day
  now: Day
  clauses: ClauseChange[]
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

/* Beside a target what misses it does not look as if it met it, nor a share like all or nothing that is neither; as the server writes it. */
const DECIMALS_MOST = 6
export function numberText(value: number, unit: string | null | undefined, target?: Bounds): string {
  for (let decimals = decimalsOf(unit); decimals < DECIMALS_MOST; decimals++) {
    const shown = roundedBeside(value, decimals, target)
    if (unit !== '%' || ((shown > 0 || value <= 0) && (shown < 100 || value >= 100))) return String(shown)
  }
  return String(value)
}

/* What is asked, as the plan writes it. */
export function askedText(value: number, unit: string | null | undefined): string {
  return `${Math.round(value * 1000) / 1000}${unit ?? ''}`
}

/* Numbers of past days that are still being made. */
export function isWaiting({ made, wanted }: Day): boolean {
  return made < wanted
}

/* Today's numbers are being made for the first time. */
export function isCounting({ counted, measures }: Day): boolean {
  return counted < measures
}

/* Written whole, and one of the days that can be shown. */
export function isDayWithin(day: string, first: string | undefined, last: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(day) && (!first || day >= first) && day <= last
}

/* Its number is being made. */
export function isCounted({ reason }: Answer): boolean {
  return reason === 'being_counted'
}

/* What says how far the clause is, is being made. */
export function awaits(clause: Clause): boolean {
  const found = deciding(clause)
  return found !== undefined && isCounted(found)
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

/* ---- over time ---- */

/* The measures of a clause, each with its kinds of periods: the one that it is judged by first. */
export function trendsOf(trends: readonly Trend[], id: string): Trend[] {
  const own = trends.filter((trend) => trend.id === id && trend.points.length > 0)
  return [...own.filter((trend) => trend.is_judged), ...own.filter((trend) => !trend.is_judged)]
}

/* Whole steps around everything that is drawn: numbers, path and target. */
export interface Scale {
  low: number
  high: number
}
export function scaleOf({ points, unit }: Trend): Scale | null {
  const known = points.flatMap(({ value, expected, low, high }) => [value, expected, low, high]).filter((one): one is number => typeof one === 'number')
  if (!points.some(({ value }) => value !== undefined)) return null
  const least = Math.min(...known)
  const most = Math.max(...known)
  if (least === 0 && most === 0) return { low: 0, high: unit === '%' ? 100 : 1 }
  const step = 10 ** Math.floor(Math.log10(Math.max(most - least, Math.abs(most) / 10, 1e-6)))
  const top = Math.ceil(most / step + 0.2) * step
  return { low: least >= 0 ? Math.max(0, Math.floor(least / step - 0.2) * step) : Math.floor(least / step - 0.2) * step, high: unit === '%' && most <= 100 ? Math.min(100, top) : top }
}

/* One end of the target, period by period: across when it was always the same, in steps when it was changed. */
function targetLine(values: readonly (number | undefined)[], text: (value: number) => string): Series[] {
  const known = [...new Set(values.filter((one): one is number => one !== undefined))]
  if (known.length === 0) return []
  return [{ title: known.length === 1 ? `${word('target')} ${text(known[0]!)}` : word('target'), values: values.map((one) => one ?? null), isPath: true, isStepped: true }]
}

/* What is drawn: the number, the path to the target where there is one, and the target across, or both its ends. */
export function linesOf({ points }: Trend, text: (value: number) => string): Series[] {
  const last = points.length - 1
  return [
    { title: word('value'), values: points.map(({ value }) => value ?? null), openAt: points[last]?.is_running ? last : undefined },
    ...(points.some(({ expected }) => expected !== undefined) ? [{ title: word('pathLine'), values: points.map(({ expected }) => expected ?? null), isPath: true }] : []),
    ...targetLine(points.map(({ low }) => low), text),
    ...targetLine(points.map(({ high }) => high), text),
  ]
}

/* Numbers that say something of two days; what is in force counts where it has changed. */
export function numbersOf({ answers }: ClauseChange): AnswerChange[] {
  return answers.filter(({ now, number_then, number_now, difference }) => (number_then !== undefined || number_now !== undefined) && (now.by !== 'policy' || difference !== 0))
}

/* Unanswered on both days. */
export function isSilent({ then, now }: ClauseChange): boolean {
  return then.state === 'unanswered' && now.state === 'unanswered'
}

export function answerNumber(value: number | undefined, { unit, target }: Answer): string {
  return value === undefined ? '—' : numberText(value, unit, target) + (unit ?? '')
}

/* Shown with its sign; what is not nothing does not look like nothing. */
export function differenceText({ difference, now }: AnswerChange): string {
  if (difference === undefined) return '—'
  if (difference === 0) return '0'
  const rounded = roundedBeside(difference, decimalsOf(now.unit))
  const shown = rounded === 0 ? Number(difference.toPrecision(1)) : rounded
  const unit = now.unit === '%' ? word('points') : (now.unit ?? '')
  return `${shown > 0 ? '+' : '−'}${Math.abs(shown)}${unit}`
}

export function changeRows({ then, now, clauses }: TwoDays): Cell[][] {
  const head = [word('number'), word('clause'), word('change'), word('stateOn', { date: then.on }), word('stateOn', { date: now.on }), word('why'), then.on, now.on, word('difference')]
  const rows = clauses.flatMap((clause): Cell[][] => {
    const start = [clause.id, say(clause.title), wordOf('change', clause.change), wordOf('state', clause.then.state), wordOf('state', clause.now.state)]
    const numbers = numbersOf(clause)
    if (numbers.length === 0) return [[...start, '', null, null, null]]
    return numbers.map((one) => [...start, say(one.now.title), one.number_then ?? null, one.number_now ?? null, one.difference ?? null])
  })
  return [head, ...rows]
}
