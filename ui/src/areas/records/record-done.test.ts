import { expect, test } from 'vitest'
import type { Receipt } from '../../core/types'
import { adviceOf } from './record-done'

const message = { zh: 'a', en: 'a' }
const here = [{ id: 'refer', message, proposes: 'referral', urgency: 'emergency', followUpDays: 14, source: 'p. 5' }]
const receipt: Receipt = { id: '1', rev: 1, was_known: false, advice: [], obligations: [] }

test('the advice is the server\'s, with the source that is known here', () => {
  const theirs = [{ id: 'refer', message, urgency: 'emergency' }, { id: 'other', message }]
  expect(adviceOf({ ...receipt, advice: theirs }, here)).toEqual([
    { id: 'refer', message, proposes: '', urgency: 'emergency', followUpDays: 0, source: 'p. 5' },
    { id: 'other', message, proposes: '', urgency: '', followUpDays: 0, source: '' },
  ])
  expect(adviceOf(receipt, here)).toEqual([])
})

test('a record that the server had already keeps its advice', () => {
  expect(adviceOf({ ...receipt, was_known: true }, here)).toEqual(here)
})
