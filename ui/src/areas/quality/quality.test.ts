import { expect, test } from 'vitest'
import { rulesOf, whoIs, type Rule } from './quality'

const rule = (id: string, numerator: number, more: Partial<Rule> = {}): Rule => ({
  id, numerator, denominator: 10, title: { zh: id, en: id }, numerator_title: { zh: id, en: id }, source: { zh: '', en: '' },
  quality: true, grain: 'record', period: '2025', is_made: true, is_complete: true, ...more,
})

test('rules with hits come first, and indicators are left out', () => {
  const all = [rule('a', 0), rule('b', 3), rule('c', 5, { quality: false }), rule('d', 1), rule('e', 2, { grain: 'subject' })]
  expect(rulesOf(all).map(({ id }) => id)).toEqual(['b', 'd', 'a'])
})

test('somebody without a name is told by sex, age and township', () => {
  const sex = (code: string) => (code === '2' ? 'f' : 'm')
  expect(whoIs({ resident: { sex: '2', age_group: '65-69', area: '441322101' } }, sex, () => 'Shiwan')).toBe('f · 65-69 · Shiwan')
  expect(whoIs({ resident: { name: 'Zhong Zao' } }, sex, () => '')).toBe('Zhong Zao')
})
