import { expect, test } from 'vitest'
import { addressOf, menuOf, pageAt } from './menu'
import type { Account } from './types'

function account(permissions: string[], sees: boolean, level: number): Account {
  return {
    id: '1', login: 'a', name: 'a', role: 'r', role_title: { zh: 'r', en: 'r' }, permissions, sees_persons: sees, sees_rows: false,
    purpose: 'care', purposes: ['care'],
    facility: { code: 'f', name: 'f', level },
  }
}
const names = (person: Account, device: 'phone' | 'desk') => menuOf(person, device).map((page) => page.name)

test('who sees persons begins with the list; in a village there is nothing to compare', () => {
  const rights = ['obligations.read', 'residents.search', 'residents.read']
  expect(names(account(rights, true, 5), 'phone')).toEqual(['due', 'residents', 'me'])
  expect(names(account(rights, true, 4), 'phone')).toEqual(['due', 'overview', 'residents', 'me'])
  expect(names(account(rights, true, 4), 'desk')).toEqual(['due', 'overview', 'residents'])
})

test('who sees no persons begins with the numbers by area', () => {
  expect(names(account(['obligations.read'], false, 3), 'phone')).toEqual(['overview', 'me'])
  expect(names(account(['obligations.read'], false, 5), 'desk')).toEqual(['overview'])
})

test('who writes for organisations has their list and their pages, and no residents', () => {
  const rights = ['obligations.read', 'records.read', 'records.write']
  expect(names(account(rights, false, 3), 'phone')).toEqual(['due', 'overview', 'subjects', 'me'])
  expect(names(account(rights, false, 3), 'desk')).toEqual(['due', 'overview'])
  expect(names({ ...account(rights, false, 3), has_areas: false }, 'desk')).toEqual(['due'])
})

test('the administrator begins with the state of the system', () => {
  expect(names(account(['accounts.manage', 'metrics.read', 'audit.read'], false, 3), 'desk')).toEqual(['system', 'accounts', 'audit'])
})

test('who manages accounts of a centre, but not the system, begins with the numbers of the centre', () => {
  expect(names(account(['accounts.manage', 'obligations.read', 'measures.read'], false, 4), 'desk')).toEqual(['overview', 'accounts'])
  expect(names(account(['accounts.manage', 'obligations.read', 'measures.read'], false, 4), 'phone')).toEqual(['overview', 'me'])
})

test('an address outside the menu leads to its first page', () => {
  const menu = menuOf(account(['obligations.read'], false, 3), 'phone')
  expect(pageAt(menu, 'due')?.name).toBe('overview')
  expect(pageAt(menu, 'me')?.name).toBe('me')
  expect(menu.map((page) => addressOf(menu, page))).toEqual(['#/', '#/me'])
  expect(pageAt(menuOf(account([], false, 3), 'desk'), '')).toBeUndefined()
})
