import { expect, test } from 'vitest'
import { comingOf, endDay, fileRows, groupsOf, nextOwn, valueText, type Parameter } from './policy'

const parameter = (id: string, pack: string, more: Partial<Parameter> = {}): Parameter => ({
  id, pack, pack_title: { zh: pack, en: pack }, title: { zh: id, en: id }, type: 'integer', value: '1', is_own: false, is_fixed: false,
  source: { zh: '', en: '' }, confidence: 'check', uses: [], values: [{ value: '1' }], history: [], ...more,
})
const said = (from: string, value: string | null) => ({ from, value, source: 's', set_at: '' })

test('parameters stand by pack, narrowed by words and by what the place has said', () => {
  const all = [parameter('a', 'one'), parameter('b', 'two', { is_own: true }), parameter('c', 'one', { history: [said('2025-08-01', '2')] })]
  const ids = (wish: Partial<{ pack: string; text: string; isOwn: boolean }>) => groupsOf(all, { pack: '', text: '', isOwn: false, ...wish }).map((group) => group.parameters.map(({ id }) => id).join(''))
  expect(ids({})).toEqual(['ac', 'b'])
  expect(ids({ pack: 'one' })).toEqual(['ac'])
  expect(ids({ isOwn: true })).toEqual(['b', 'c'])
  expect(ids({ text: ' B ' })).toEqual(['b'])
})

test('only what the place says, now or later, can be ended', () => {
  const ends = (...history: ReturnType<typeof said>[]) => endDay(parameter('a', 'x', { history }), '2025-07-01')
  expect([ends(), ends(said('2025-05-01', '2')), ends(said('2025-08-01', '2'))]).toEqual([undefined, '2025-07-01', '2025-08-01'])
  expect([ends(said('2025-08-01', '2'), said('2025-09-01', null)), ends(said('2025-08-01', '2'), said('2025-08-01', null)), ends(said('2025-05-01', '2'), said('2025-06-01', null))]).toEqual(['2025-08-01', undefined, undefined])
  expect(ends(said('2025-08-01', null), said('2025-09-01', '3'))).toBe('2025-09-01')
  const twice = parameter('a', 'x', { history: [said('2025-05-01', '2'), said('2025-09-01', '3')] })
  expect([nextOwn(twice, '2025-07-01', '2025-07-01'), nextOwn(twice, '2025-07-01', '2025-09-01')]).toEqual(['2025-09-01', undefined])
  expect(comingOf(parameter('a', 'x', { values: [{ value: '1' }, { value: '2', from: '2025-07-01' }] }), '2025-06-30').map(({ value }) => value)).toEqual(['2'])
})

test('the file has a line for each', () => {
  expect(fileRows(groupsOf([parameter('a', 'x')], { pack: '', text: '', isOwn: false }))).toHaveLength(2)
  expect([valueText('3', 'mmHg'), valueText('3', null)]).toEqual(['3 mmHg', '3'])
})
