import { expect, test } from 'vitest'
import type { Draft } from '../../core/drafts'
import { newerDraft } from './server-drafts'

const draft = (more: Partial<Draft>): Draft => ({ id: 'r', happenedOn: '2025-06-30', answers: {}, touched: [], confirmed: [], step: 0, reason: '', ...more })

test('the copy of the device counts until another device has gone on', () => {
  const server = draft({ syncedAt: 'b' })
  expect(newerDraft(null, server)).toBe(server)
  const same = draft({ syncedAt: 'b' })
  expect(newerDraft(same, server)).toBe(same)
  expect(newerDraft(draft({ syncedAt: 'a' }), server)).toBe(server)
  const dirty = draft({ syncedAt: 'a', isDirty: true })
  expect(newerDraft(dirty, server)).toBe(dirty)
  expect(newerDraft(dirty, undefined)).toBe(dirty)
})

test('what was sent or dropped elsewhere is gone here, unless it was changed here since', () => {
  expect(newerDraft(draft({ syncedAt: 'a' }), null)).toBe(null)
  const dirty = draft({ syncedAt: 'a', isDirty: true })
  expect(newerDraft(dirty, null)).toBe(dirty)
  const never = draft({ isDirty: true })
  expect(newerDraft(never, null)).toBe(never)
})
