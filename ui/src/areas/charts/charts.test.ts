import { expect, test } from 'vitest'
import { draw, rowsOf, ticksOf, type Chart } from './charts'

const word = (text: string) => ({ zh: text, en: text })
const at = (on: string, value: number, record = on) => ({ on, value, record })
const pressure: Chart = {
  id: 'bp', title: word('BP'), unit: word('mmHg'), limits: [{ title: word('Target'), value: 140 }],
  lines: [{ title: word('S'), values: [at('2025-01-01', 150), at('2026-01-01', 138)] }, { title: word('D'), values: [at('2026-01-01', 86)] }],
}

test('the marks of the scale are round and hold every number', () => {
  expect(ticksOf(86, 150)).toEqual([80, 100, 120, 140, 160])
  expect(ticksOf(3.9, 7.2)).toEqual([3, 4, 5, 6, 7, 8])
  expect(ticksOf(7, 7).length).toBeGreaterThan(1)
})

test('later days stand further right, larger values higher, and the limit among them', () => {
  const { points, limits, ticks } = draw(pressure, 300, 180)!
  const [first, last] = points[0]!
  expect(first!.x).toBeLessThan(last!.x)
  expect(first!.y).toBeLessThan(limits[0]!.y)
  expect(last!.y).toBeGreaterThan(limits[0]!.y)
  expect(points[1]![0]!.y).toBeGreaterThan(last!.y)
  expect(ticks[0]!.y).toBeGreaterThan(ticks[1]!.y)
  expect(points.flat().every(({ x, y }) => x >= 0 && x <= 300 && y >= 0 && y <= 180)).toBe(true)
})

test('one value stands in the middle, none draws nothing', () => {
  const one = draw({ ...pressure, limits: [], lines: [{ title: word('S'), values: [at('2026-01-01', 138)] }] }, 300, 180)!
  expect([one.points[0]!.length, one.days.length, Math.abs(one.points[0]![0]!.x - (one.left + one.right) / 2) < 2]).toEqual([1, 1, true])
  expect(one.points[0]!.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true)
  expect(draw({ ...pressure, lines: [{ title: word('S'), values: [] }] }, 300, 180)).toBeUndefined()
})

test('a band is cut to the days that are shown', () => {
  const band = Array.from({ length: 61 }, (_, month) => ({ on: new Date(Date.UTC(2022, month, 1)).toISOString().slice(0, 10), low: 2 + month, high: 4 + month }))
  const drawing = draw({ ...pressure, limits: [], band, lines: [{ title: word('W'), values: [at('2022-03-01', 5), at('2022-09-01', 9)] }] }, 300, 180)!
  const xs = [...drawing.band.matchAll(/[ML]([\d.]+) /g)].map((match) => Number(match[1]))
  expect([Math.min(...xs) >= drawing.left, Math.max(...xs) <= drawing.right, xs.length > 8]).toEqual([true, true, true])
  expect(draw({ ...pressure, band: [], limits: [] }, 300, 180)!.band).toBe('')
})

test('the table has a row a record, newest first, with gaps where a record says nothing', () => {
  expect(rowsOf(pressure).map(({ on, values }) => [on, ...values])).toEqual([['2026-01-01', 138, 86], ['2025-01-01', 150, undefined]])
})
