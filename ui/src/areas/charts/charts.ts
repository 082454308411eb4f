/* Values over time as a small drawing: which days, which heights, which marks. No pixels of the screen are known here but the width. */
import { daysBetween } from '../../core/dates'
import type { Wording } from '../../core/types'

export interface ChartValue { on: string; value: number; record: string }
export interface ChartLine { title: Wording; values: ChartValue[] }
export interface Chart {
  id: string
  title: Wording
  unit: Wording
  lines: ChartLine[]
  limits: { title: Wording; value: number }[]
  band_title?: Wording
  band?: { on: string; low: number; high: number }[]
}

export interface Point { x: number; y: number; on: string; value: number; line: number }
export interface Drawing {
  width: number
  height: number
  left: number
  right: number
  points: Point[][] /* a list a line */
  paths: string[]
  limits: { y: number; value: number }[]
  band: string /* a path, or nothing */
  ticks: { y: number; value: number }[]
  days: { x: number; on: string; anchor: 'start' | 'middle' | 'end' }[]
}

const TOP = 12
const BOTTOM = 26
const LEFT = 36
const RIGHT_BARE = 10
const RIGHT = 34 /* where limits have their numbers */
const SPAN_LEAST = 0.1 /* of the value: small changes look small */
const DAYS_LEAST = 180 /* so that one value, or two of a week, stand in some time */

function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10)
}

/* Round numbers from below the lowest to above the highest. */
export function ticksOf(low: number, high: number, most = 5): number[] {
  const span = high - low || Math.abs(high) || 1
  const rough = span / (most - 1)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough
  const from = Math.floor(low / step) * step
  const ticks: number[] = []
  for (let i = 0; ticks.length === 0 || ticks[ticks.length - 1]! < high; i++) ticks.push(Number((from + i * step).toFixed(6)))
  return ticks
}

function daysShown(days: string[]): [string, string] {
  const first = days[0]!
  const last = days[days.length - 1]!
  const missing = DAYS_LEAST - daysBetween(first, last)
  return missing > 0 ? [addDays(first, -Math.ceil(missing / 2)), addDays(last, Math.ceil(missing / 2))] : [first, last]
}

/* The band from day to day, cut where the days shown begin and end. */
function bandWithin(band: NonNullable<Chart['band']>, from: string, to: string): NonNullable<Chart['band']> {
  const at = (day: string): NonNullable<Chart['band']>[0] | undefined => {
    const next = band.findIndex(({ on }) => on >= day)
    const b = band[next]
    const a = band[next - 1]
    if (!b || (!a && b.on !== day)) return undefined
    const part = a ? daysBetween(a.on, day) / (daysBetween(a.on, b.on) || 1) : 1
    const mix = (x: number, y: number) => x + (y - x) * part
    return a ? { on: day, low: mix(a.low, b.low), high: mix(a.high, b.high) } : b
  }
  return [at(from), ...band.filter(({ on }) => on > from && on < to), at(to)].filter(Boolean) as NonNullable<Chart['band']>
}

export function draw(chart: Chart, width: number, height: number): Drawing | undefined {
  const days = chart.lines.flatMap(({ values }) => values.map(({ on }) => on)).sort()
  if (days.length === 0) return undefined
  const [from, to] = daysShown(days)
  const band = bandWithin(chart.band ?? [], from, to)
  const numbers = [
    ...chart.lines.flatMap(({ values }) => values.map(({ value }) => value)), ...chart.limits.map(({ value }) => value),
    ...band.flatMap(({ low, high }) => [low, high]),
  ]
  const lowest = Math.min(...numbers)
  const highest = Math.max(...numbers)
  const wider = Math.max(0, (highest * SPAN_LEAST - (highest - lowest)) / 2)
  const marks = ticksOf(lowest - wider, highest + wider)
  const low = marks[0]!
  const high = marks[marks.length - 1]!
  const whole = daysBetween(from, to)
  const right = width - (chart.limits.length > 0 ? RIGHT : RIGHT_BARE)
  const round = (n: number) => Math.round(n * 10) / 10
  const x = (day: string) => round(LEFT + (daysBetween(from, day) / whole) * (right - LEFT))
  const y = (value: number) => round(TOP + ((high - value) / (high - low)) * (height - TOP - BOTTOM))
  const points = chart.lines.map(({ values }, line) => values.map(({ on, value }) => ({ x: x(on), y: y(value), on, value, line })))
  const join = (all: { x: number; y: number }[]) => all.map((point, i) => `${i ? 'L' : 'M'}${point.x} ${point.y}`).join('')
  const edge = [...band.map((one) => ({ x: x(one.on), y: y(one.high) })), ...band.slice().reverse().map((one) => ({ x: x(one.on), y: y(one.low) }))]
  const first = days[0]!
  const last = days[days.length - 1]!
  return {
    width, height, left: LEFT, right, points, paths: points.map(join),
    limits: chart.limits.map(({ value }) => ({ y: y(value), value })),
    band: band.length > 1 ? `${join(edge)}Z` : '',
    ticks: marks.map((value) => ({ y: y(value), value })),
    days: x(last) - x(first) < 150
      ? [{ x: (x(first) + x(last)) / 2, on: last, anchor: 'middle' }]
      : [{ x: x(first), on: first, anchor: 'start' }, { x: x(last), on: last, anchor: 'end' }],
  }
}

/* The values behind it, newest first: a row a record. */
export function rowsOf(chart: Chart): { on: string; record: string; values: (number | undefined)[] }[] {
  const rows = new Map<string, { on: string; record: string; values: (number | undefined)[] }>()
  chart.lines.forEach(({ values }, line) => {
    for (const { on, value, record } of values) {
      const row = rows.get(record) ?? { on, record, values: chart.lines.map(() => undefined) }
      row.values[line] = value
      rows.set(record, row)
    }
  })
  return [...rows.values()].reverse().sort((a, b) => (a.on < b.on ? 1 : a.on > b.on ? -1 : 0))
}
