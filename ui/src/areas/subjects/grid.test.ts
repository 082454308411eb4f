import { expect, test } from 'vitest'
import { percentOf, share } from '../../parts/share'
import { fileRows, worstFirst, type Town } from './grid'

function town(code: string, covered: number, people = 0): Town {
  return { code, name: `town ${code}`, areas: 20, areas_covered: covered, clinics: 18, clinics_covered: covered - 2, people }
}

test('townships where most is missing stand first, then those with more people, then by code', () => {
  const towns = [town('3', 20), town('2', 19, 40), town('1', 20), town('4', 19, 90), town('5', 3)]
  expect(worstFirst(towns).map(({ code }) => code)).toEqual(['5', '4', '2', '1', '3'])
})

test('a share that is not whole is never told as 100, and of nothing nothing is missing', () => {
  expect([percentOf(1999, 2000), percentOf(20000, 20001), percentOf(3, 3), percentOf(1, 3)]).toEqual(['99.9', '99.9', '100', '33.3'])
  expect([share(0, 0), percentOf(0, 0)]).toEqual([1, '100'])
})

test('the file has a head and a row for each township', () => {
  expect(fileRows([town('1', 19, 40)], ['code', 'name'], ({ name }) => name)).toEqual([['code', 'name'], ['1', 'town 1', 20, 19, 18, 17, 40]])
})
