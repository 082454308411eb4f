import { expect, test } from 'vitest'
import { addressOf, choose, filterOf, isSame, keptOf, lastPage, questionOf, sorted } from './worklists'

test('an address says the question, and only what is not usual', () => {
  expect(addressOf(questionOf({}))).toBe('/due')
  const question = questionOf({ state: 'overdue', area: '441322001001', sort: '-age', limit: '100', skip: '100' })
  expect(questionOf(Object.fromEntries(addressOf(question).split('?')[1]!.split('&').map((pair) => pair.split('=') as [string, string])))).toEqual(question)
  expect(addressOf(questionOf({ state: 'done' }))).toBe('/due?state=done')
})

test('what an address cannot mean is read as the usual', () => {
  expect(questionOf({ state: 'x', sort: 'name', limit: '7', skip: '-1' })).toEqual(questionOf({}))
})

test('another filter begins at the first page; a program forgets the rule of another', () => {
  const before = questionOf({ program: 'child', rule: 'exam', skip: '50' })
  expect(choose(before, { area: 'a' })).toMatchObject({ skip: 0, rule: 'exam' })
  expect(choose(before, { program: 'diabetes' })).toMatchObject({ program: 'diabetes', rule: '' })
  expect(choose(before, { state: 'done' }).sort).toBe('-done')
  expect(filterOf(before).state).toBe('overdue,due,open')
})

test('a head sorts up, then down', () => {
  const question = questionOf({})
  expect(sorted(question, 'age')).toBe('age')
  expect(sorted(choose(question, { sort: 'age' }), 'age')).toBe('-age')
})

test('behind the last row it goes to the last page that there is, which keeps the rest of the question', () => {
  const behind = questionOf({ state: 'overdue', area: 'a', limit: '20', skip: '100' })
  expect([0, 1, 20, 21, 40, 41].map((n) => lastPage(behind, n).skip)).toEqual([0, 0, 0, 20, 20, 40])
  expect(lastPage(behind, 1000)).toEqual(behind)
  expect(lastPage(behind, 21)).toEqual({ ...behind, skip: 20 })
})

test('a view is the question without its page', () => {
  const question = questionOf({ state: 'due', skip: '50', limit: '20' })
  expect(isSame(question, { id: '1', name: 'x', is_own: true, is_shared: false, filter: keptOf(question) })).toBe(true)
  expect(isSame(choose(question, { area: 'a' }), { id: '1', name: 'x', is_own: true, is_shared: false, filter: keptOf(question) })).toBe(false)
})
