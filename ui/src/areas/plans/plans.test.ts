import { expect, test } from 'vitest'
import { numberText, pathOf, type Answer } from './plans'

const text = { zh: '', en: '' }
const answer = (more: Partial<Answer>): Answer => ({ by: 'measure', id: 'm', state: 'behind', reason: 'below_path', why: text, title: text, unit: '%', ...more })

test('a share stands on a line of a hundred, with its target and what is expected', () => {
  expect(pathOf(answer({ value: 17.1, expected: 34, target: { text, compare: 'at_least', low: 62 } }))).toEqual({ value: 17.1, expected: 34, low: 62, high: null })
  expect(pathOf(answer({ unit: '', value: 2, target: { text, compare: 'between', low: 4, high: 8 } }))).toEqual({ value: 25, expected: null, low: 50, high: 100 })
  expect(pathOf(answer({ unit: '', value: 0 }))).toEqual({ value: null, expected: null, low: null, high: null })
})

test('what misses a target does not look as if it met it', () => {
  expect([numberText(89.9996, { compare: 'at_least', low: 90 }), numberText(89.9996), numberText(90, { compare: 'at_least', low: 90 })]).toEqual(['89.999', '90', '90'])
})

test('what has no number has no line', () => {
  expect(pathOf(answer({}))).toBeNull()
  expect(pathOf(answer({ by: 'register', value: 3 }))).toBeNull()
})
