import { expect, test } from 'vitest'
import { facilitiesInReach, matches, type AccountRow, type Facility } from './accounts'

const all: Facility[] = [
  { code: 'C', name: 'county', level: 3 }, { code: 'T1', name: 'one', level: 4, parent: 'C' }, { code: 'T2', name: 'two', level: 4, parent: 'C' },
  { code: 'V1', name: 'clinic', level: 5, parent: 'T1' }, { code: 'V2', name: 'clinic', level: 5, parent: 'T2' },
]
const codes = (own: string, level: number) => facilitiesInReach(all, { code: own, name: own, level }).map(({ code }) => code)

test('a township chooses among its own facilities, a county among all', () => {
  expect(codes('T1', 4)).toEqual(['T1', 'V1'])
  expect(codes('C', 3)).toEqual(['C', 'T1', 'T2', 'V1', 'V2'])
  expect(codes('T9', 4)).toEqual([])
})

test('accounts are found by a part of login or name, and by facility', () => {
  const row = { login: 'Wang.Li', name: 'n1', facility: 'V1' } as AccountRow
  expect([matches(row, ' wang', ''), matches(row, 'N1', 'V1'), matches(row, 'x', ''), matches(row, '', 'V2')]).toEqual([true, true, false, false])
})
