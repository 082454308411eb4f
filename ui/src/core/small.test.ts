import { expect, test } from 'vitest'
import { chinaTime, daysBetween } from './dates'
import { loadTexts } from './i18n'
import { FOUND_MOST, foundLine } from './people'
import { parseHash } from './router'
import { newId } from './uuid'

test('days between two dates count over month and leap day', () => {
  expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
  expect(daysBetween('2025-06-30', '2025-06-30')).toBe(0)
  expect(daysBetween('2025-06-30', '2025-06-21')).toBe(-9)
})

test('an address has a path and a query', () => {
  expect(parseHash('#/form/htn%2Fx?resident=a%26b&amends=')).toEqual({
    path: ['form', 'htn/x'], query: { resident: 'a&b', amends: '' },
  })
  expect(parseHash('')).toEqual({ path: [], query: {} })
  expect(parseHash('#/%E0%A4%A').path).toEqual(['%E0%A4%A'])
})

test('ids are version 7 of their time and never the same', () => {
  const id = newId(0x0197_c1a2_b3c4)
  expect(id).toMatch(/^0197c1a2-b3c4-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(newId(1)).not.toBe(newId(1))
})

test('an instant is shown by the clock of China, into the next day and year', () => {
  expect(chinaTime('2025-06-30T01:05:59.123Z')).toBe('2025-06-30 09:05')
  expect(chinaTime('2025-12-31T16:00:00Z')).toBe('2026-01-01 00:00')
  expect(chinaTime('2025-06-30T01:05:59+08:00')).toBe('2025-06-30 01:05')
  expect(chinaTime('')).toBe('')
})

test('as many as are told at most are the first ones, not all', async () => {
  await loadTexts()
  expect(foundLine(FOUND_MOST)).not.toBe(foundLine(FOUND_MOST - 1).replace(String(FOUND_MOST - 1), String(FOUND_MOST)))
})
