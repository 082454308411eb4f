import { expect, test } from 'vitest'
import { cellValue, differ, rowsOf, type Comparison, type Row } from './comparison'

const title = { zh: 'x', en: 'x' }
const row = (by: string, cells: Row['cells'], more: Partial<Row> = {}): Row => ({ clause: '01', clause_title: title, by, id: 'x', title, cells, ...more })
const same = row('measure', [{ state: 'met', why: title, value: 1 }, { state: 'met', why: title, value: 2 }])
const other = row('measure', [{ state: 'met', why: title }, { state: 'behind', why: title }])
const said = row('policy', [{ state: 'met', why: title, value: 60 }, { state: 'met', why: title, value: 80 }])

test('counties differ by their states, and by the values that they say', () => {
  expect([same, other, said].map(differ)).toEqual([false, true, true])
  const comparison = { rows: [same, other, said] } as unknown as Comparison
  expect(rowsOf(comparison, { isDifferent: true, isMeasure: false })).toEqual([other, said])
  expect(rowsOf(comparison, { isDifferent: true, isMeasure: true })).toEqual([other])
})

test('a number that misses its own target is not rounded onto it', () => {
  const cell = { state: 'behind', why: title, value: 89.9999, target: 90 } as const
  const one = row('measure', [cell], { unit: '%', compare: 'at_least' })
  expect(cellValue(one, cell)).not.toBe('90%')
})
