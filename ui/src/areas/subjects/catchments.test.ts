import { expect, test } from 'vitest'
import { patternsOf, stepOf } from './catchment-map'
import { below, villagesOf, withFault, type Area, type Catchment, type Member } from './catchments'

const area = (code: string, parent: string | null, level: number): Area => ({ code, parent, level, name: code })
const areas = [area('441322', null, 3), area('441322001', '441322', 4), area('441322002', '441322', 4),
  area('441322001001', '441322001', 5), area('441322001002', '441322001', 5), area('441322001002001', '441322001002', 6), area('441322002001', '441322002', 5)]
const held = (code: string, facility: string, ...doctors: string[]): Catchment =>
  ({ area: code, facility, valid_from: '2023-01-01', doctors: doctors.map((id) => ({ id, code: id, name: id })) })
const member = (id: string, more: Partial<Member> = {}): Member => ({ id, code: id, name: id, facility: 'a', ...more })
const codes = (list: ReturnType<typeof villagesOf>) => list.map((one) => one.area.code)

test('a township sees its villages and grids, also those that nobody answers for; a county all', () => {
  const catchments = [held('441322001001', 'a', 'd')]
  expect(codes(villagesOf(areas, catchments, [], new Set(['a']), false))).toEqual(['441322001001', '441322001002001'])
  expect(codes(villagesOf(areas, catchments, [], new Set(['a']), true))).toContain('441322002001')
})

test('gaps, overlaps, doctors that are away and villages without a name are found, and no more', () => {
  const staff = [member('d'), member('e', { away_from: '2025-06-01' }), member('f', { away_from: '2025-06-01', substitute: 'd' })]
  const faults = (...catchments: Catchment[]) => villagesOf(areas.slice(0, 4), [...catchments, held('441322001', 'z', 'd')].slice(0, catchments.length || 1), staff, new Set(['a', 'z']), true)[0]!.faults
  expect(faults(held('441322001001', 'a', 'd'))).toEqual([])
  expect(faults(held('441322001001', 'a', 'd'), held('441322001001', 'b', 'd'))).toEqual(['overlap'])
  expect(faults(held('441322001001', 'a', 'e'))).toEqual(['away'])
  expect(faults(held('441322001001', 'a', 'e', 'd'))).toEqual([])
  expect(faults(held('441322001001', 'a', 'f'))).toEqual([])
  expect(faults(held('441322001001', 'a'))).toEqual(['nameless'])
  expect(faults()).toEqual([]) /* the township is answered for as a whole */
  expect(withFault(villagesOf(areas, [], [], new Set(), true), 'gap').length).toBe(3)
})

test('what stands below a facility is found in any order', () => {
  const facility = (code: string, parent: string | null) => ({ code, parent, level: 4, name: code })
  expect([...below([facility('c', 'b'), facility('b', 'a'), facility('x', null)], 'a')].sort()).toEqual(['a', 'b', 'c'])
})

test('a grid knows its village, and a village none', () => {
  const list = villagesOf(areas, [], [], new Set(), true)
  expect(list.map((one) => [one.area.code, one.village?.code])).toEqual([['441322001001', undefined], ['441322001002001', '441322001002'], ['441322002001', undefined]])
})

test('tiles of one facility look alike, those that nobody answers for have no pattern', () => {
  const list = villagesOf(areas, [held('441322001001', 'a', 'd'), held('441322001002', 'a', 'd')], [], new Set(), true)
  const patterns = patternsOf(list)
  expect([patterns.get('441322001001') === patterns.get('441322001002001'), patterns.has('441322002001')]).toEqual([true, false])
})

test('arrows go through the tiles: along the rows, and to the nearest above and below', () => {
  const tiles = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 200, y: 0 }, { x: 0, y: 80 }, { x: 100, y: 80 }]
  expect([stepOf('ArrowRight', tiles, 0), stepOf('ArrowLeft', tiles, 0), stepOf('ArrowDown', tiles, 2), stepOf('ArrowUp', tiles, 3), stepOf('ArrowDown', tiles, 4)]).toEqual([1, 0, 4, 0, 4])
  expect([stepOf('End', tiles, 0), stepOf('Home', tiles, 4), stepOf('a', tiles, 0), stepOf('ArrowDown', [], 0)]).toEqual([4, 0, undefined, undefined])
})
