import { expect, test } from 'vitest'
import { numberText, pathOf, reasonOf, targetText, type Answer } from './plans'

const answer = (more: Partial<Answer>): Answer => ({ by: 'measure', id: 'm', state: 'behind', reason: 'below_path', unit: '%', ...more })

test('a share stands on a line of a hundred, with its target and what is expected', () => {
  expect(pathOf(answer({ value: 17.1, expected: 34, target: { compare: 'at_least', low: 62 } }))).toEqual({ value: 17.1, expected: 34, low: 62, high: null })
  expect(pathOf(answer({ unit: '', value: 2, target: { compare: 'between', low: 4, high: 8 } }))).toEqual({ value: 25, expected: null, low: 50, high: 100 })
  expect(pathOf(answer({ unit: '', value: 0 }))).toEqual({ value: null, expected: null, low: null, high: null })
})

test('what misses a target does not look as if it met it, and where less is better stands above its path', () => {
  expect([numberText(89.9996, { compare: 'at_least', low: 90 }), numberText(89.9996), numberText(90, { compare: 'at_least', low: 90 })]).toEqual(['89.999', '90', '90'])
  const saysAbove = (value: number) => reasonOf(answer({ value, expected: 10 })) === reasonOf(answer({ value, expected: 10, reason: 'above_path' }))
  expect([saysAbove(12), saysAbove(8)]).toEqual([true, false])
})

test('what has no number has no line', () => {
  expect(pathOf(answer({}))).toBeNull()
  expect(pathOf(answer({ by: 'register', value: 3 }))).toBeNull()
})

test('a target says its bounds, its yearly steps and its day', () => {
  expect(targetText({ compare: 'at_least', low: 62, unit: '%', by: '2027-12-31' })).toMatch(/62%.*2027-12-31/)
})
