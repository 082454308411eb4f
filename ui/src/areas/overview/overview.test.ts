import { expect, test } from 'vitest'
import type { AreaRow, Overview } from '../../core/types'
import { byClinic, fileRows, leavesOut, linesOf, percent, programsOf, sorted, totalOf } from './overview'

function area(code: string, overdue: number, due: number, other = 0): AreaRow {
  const one = { overdue, due, open: 0, days_late_mean: overdue ? 10 : 0, days_late_most: overdue * 5 }
  const two = { overdue: other, due: 0, open: 0, days_late_mean: 0, days_late_most: 0 }
  return {
    code, name: `n${code}`, level: 4, facilities: [{ code: 'f', name: 'clinic' }], ...one, overdue: overdue + other,
    by_program: [{ program: 'a', ...one }, { program: 'b', ...two }],
  }
}
const overview: Overview = {
  on: '2025-06-30', few_below: 5, area: null, programs: [],
  areas: [area('1', 2, 2), area('2', 0, 0), area('3', 5, 15), area('4', 2, 0, 1)],
}
const codes = (lines: { area: { code: string } }[]) => lines.map((line) => line.area.code).join('')

test('the worst comes first, and what is equal by code', () => {
  const lines = linesOf(overview, '')
  expect(codes(sorted(lines, 'overdue', false))).toBe('3412')
  expect(codes(sorted(lines, 'overdue', true))).toBe('2143')
  expect(codes(sorted(lines, 'share', false))).toBe('4132')
  expect(codes(sorted(lines, 'name', false))).toBe('1234')
})

test('one program alone, and the sum of all areas', () => {
  expect(linesOf(overview, 'b').map((line) => line.owed)).toEqual([0, 0, 0, 1])
  expect(linesOf(overview, 'b')[0]?.share).toBeNull()
  const total = totalOf(linesOf(overview, 'a'))
  expect([total.numbers.overdue, total.owed, total.numbers.days_late_most]).toEqual([9, 26, 25])
})

test('a clinic that answers for several villages is one line with their sums', () => {
  const other = { ...area('5', 1, 0), facilities: [{ code: 'g', name: 'other' }] }
  const [clinic, last, ...rest] = byClinic({ ...overview, areas: [...overview.areas, other] }).areas
  expect([clinic?.code, clinic?.overdue, clinic?.due, clinic?.days_late_most, clinic?.days_late_mean]).toEqual(['f', 10, 17, 25, 10])
  expect(clinic?.facilities.map(({ code }) => code).join('')).toBe('1234')
  expect(clinic?.by_program.map(({ overdue }) => overdue)).toEqual([9, 1])
  expect([last?.code, last?.overdue, rest.length]).toEqual(['g', 1, 0])
  const few = { ...area('6', 0, 0), by_program: [{ program: 'a', overdue: 0, due: 0, open: 0, days_late_mean: 0, days_late_most: 0, is_few: true }] }
  expect(byClinic({ ...overview, areas: [few] }).areas[0]?.by_program[0]?.is_few).toBe(true)
})

test('villages without a clinic stay apart, and two clinics together are not the first of them', () => {
  const alone = ['7', '8'].map((code) => ({ ...area(code, 1, 0), facilities: [] }))
  const shared = { ...area('9', 4, 0), facilities: ['f', 'g'].map((code) => ({ code, name: code })) }
  const { areas } = byClinic({ ...overview, areas: [area('1', 2, 2), ...alone, shared] })
  expect(areas.map(({ code, overdue }) => [code, overdue])).toEqual([['f', 2], ['7', 1], ['8', 1], ['f g', 4]])
})

test('a program of which nobody is owed anything has no column, unless it was chosen', () => {
  const title = { zh: '', en: '' }
  const all = { ...overview, programs: ['a', 'b', 'c'].map((program) => ({ program, title, tag: title })) }
  const ids = (chosen: string, of = all) => programsOf(of, chosen).map(({ program }) => program).join('')
  expect([ids(''), ids('c'), ids('', { ...all, areas: [area('1', 2, 2)] })]).toEqual(['ab', 'abc', 'a'])
})

test('a share that is not none is not shown as none', () => {
  expect([0, 0.001, 0.345, 0.999, 1].map(percent)).toEqual([0, 1, 35, 99, 100])
})

test('the file has a row an area and three columns a program', () => {
  const words = {
    head: ['code'], programs: [{ program: 'a', heads: ['x', 'y', 'z'] }, { program: 'b', heads: ['x', 'y', 'z'] }],
    few: '<5', name: (place: { name: string }) => place.name,
  }
  const rows = fileRows(linesOf(overview, ''), words)
  expect(rows).toHaveLength(5)
  expect(rows[4]).toEqual(['4', 'n4', 'clinic', 3, 0, 0, 100, 10, 10, 2, 0, 0, 1, 0, 0])
})

test('what is too little of a sensitive kind is marked, not shown as none', () => {
  const hidden = area('5', 1, 1)
  hidden.by_program[1]!.is_few = true
  const lines = linesOf({ ...overview, areas: [hidden] }, '')
  expect([leavesOut(lines), leavesOut(linesOf(overview, ''))]).toEqual([true, false])
  expect([lines[0]?.isFew, linesOf({ ...overview, areas: [hidden] }, 'b')[0]?.isFew]).toEqual([false, true])
  const words = { head: [], programs: [{ program: 'b', heads: ['x', 'y', 'z'] }], few: '<5', name: () => '' }
  expect(fileRows(lines, words)[1]?.slice(-3)).toEqual(['<5', '<5', '<5'])
})
