import { expect, test } from 'vitest'
import { daysOf, doctorsOf, fileOf, formsOf, sorted, sumOf, type WorkDay } from './workdays'

const word = (text: string) => ({ zh: text, en: text })
const day = (more: Partial<WorkDay>): WorkDay => ({
  performer: 'a', name: 'A', facility: 'V1', facility_name: word('V1'), on: '2025-06-30', records: 2, people: 1, met: 1, same_day: 1, late: 1, lag_most: 9,
  forms: [{ id: 'visit', n: 2 }], areas: [{ id: '1', n: 2, name: word('One') }], ...more,
})
const idle = [{ id: 'b', name: 'B', facility: 'V2', facilityName: word('V2'), away_from: '2025-06-29' }, { id: 'a', name: 'A', facility: 'V1', facilityName: word('V1') }]

test('a week goes from Monday to Sunday', () => {
  expect(daysOf('2025-06-30', 'day')).toEqual(['2025-06-30'])
  expect(daysOf('2025-06-29', 'week')).toEqual(['2025-06-23', '2025-06-24', '2025-06-25', '2025-06-26', '2025-06-27', '2025-06-28', '2025-06-29'])
  expect(daysOf('2025-06-30', 'week')[0]).toBe('2025-06-30')
})

test('days of one are put together, and who did nothing is there too', () => {
  const doctors = doctorsOf([day({}), day({ on: '2025-07-01', lag_most: 2, forms: [{ id: 'exam', n: 3 }], areas: [{ id: '2', n: 1 }, { id: '1', n: 1, name: word('One') }] })], idle)
  expect(doctors.map(({ name, records, lag_most, isAway }) => [name, records, lag_most, isAway])).toEqual([['B', 0, 0, true], ['A', 4, 9, false]])
  expect(doctors[1]!.areas.map(({ id, n }) => [id, n])).toEqual([['1', 3], ['2', 1]])
  expect(formsOf(doctors[1]!).map(({ id, n }) => [id, n])).toEqual([['exam', 3], ['visit', 2]])
  expect(sumOf(doctors)).toEqual({ records: 4, people: 2, met: 2, late: 2, busy: 1 })
})

test('rows are sorted both ways, equals by facility', () => {
  const doctors = doctorsOf([day({ performer: 'c', name: 'C', facility: 'V3', late: 0 }), day({}), day({ performer: 'd', name: 'D', facility: 'V0' })], [])
  expect(sorted(doctors, '-late').map(({ name }) => name)).toEqual(['D', 'A', 'C'])
  expect(sorted(doctors, 'late').map(({ name }) => name)).toEqual(['C', 'D', 'A'])
  expect(sorted(doctors, 'facility').map(({ name }) => name)).toEqual(['D', 'A', 'C'])
})

test('the file has a row a doctor and day and a column a form', () => {
  const rows = fileOf(doctorsOf([day({})], idle), ['day', 'name'], [{ id: 'visit', title: 'Visit' }, { id: 'exam', title: 'Exam' }], ({ en }) => en)
  expect(rows).toEqual([['day', 'name', 'Visit', 'Exam'], ['2025-06-30', 'A', 'V1', 2, 1, 1, 1, 1, 9, 'One 2', 2, 0]])
})
