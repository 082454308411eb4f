import { expect, test } from 'vitest'
import { Drafts, type Draft } from './drafts'

class MemoryStore {
  readonly map = new Map<string, string>()
  isFull = false
  get length() {
    return this.map.size
  }
  key = (index: number) => [...this.map.keys()][index] ?? null
  getItem = (key: string) => this.map.get(key) ?? null
  setItem(key: string, value: string) {
    if (this.isFull) throw new Error('full')
    this.map.set(key, value)
  }
  removeItem = (key: string) => void this.map.delete(key)
}

const draft: Draft = {
  id: 'r', happenedOn: '2025-06-30', answers: { sbp: '150', drugs: [{ name: 'x' }] }, touched: ['sbp'], confirmed: [], step: 1, reason: '',
}

test('a draft comes back for its account, resident and form only', () => {
  const drafts = new Drafts(new MemoryStore())
  drafts.write('me', 'anna', 'visit', draft)
  expect(drafts.read('me', 'anna', 'visit')).toEqual(draft)
  expect(drafts.read('you', 'anna', 'visit')).toBeNull()
  expect(drafts.read('me', 'bert', 'visit')).toBeNull()
  expect(drafts.list('me')).toEqual(['anna.visit'])
})

test('a draft ends after fourteen days', () => {
  let now = 0
  const drafts = new Drafts(new MemoryStore(), () => now)
  drafts.write('me', 'anna', 'visit', draft)
  now = 14 * 86_400_000
  expect(drafts.read('me', 'anna', 'visit')).not.toBeNull()
  now += 1
  expect(drafts.read('me', 'anna', 'visit')).toBeNull()
})

test('logging out erases the drafts of that account and nothing else', () => {
  const store = new MemoryStore()
  const drafts = new Drafts(store)
  store.setItem('other', '1')
  for (const resident of ['a', 'b', 'c']) drafts.write('me', resident, 'visit', draft)
  drafts.write('you', 'a', 'visit', draft)
  drafts.removeAll('me')
  expect(drafts.list('me')).toEqual([])
  expect(drafts.list('you')).toEqual(['a.visit'])
  expect(store.getItem('other')).toBe('1')
})

test('a full store and a damaged draft do no harm', () => {
  const store = new MemoryStore()
  const drafts = new Drafts(store)
  drafts.write('me', 'anna', 'visit', draft)
  store.map.set([...store.map.keys()][0]!, '{')
  expect(drafts.read('me', 'anna', 'visit')).toBeNull()
  store.isFull = true
  expect(drafts.write('me', 'anna', 'visit', draft)).toBe(false)
})
