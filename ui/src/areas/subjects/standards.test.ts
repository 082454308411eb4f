import { expect, test } from 'vitest'
import type { RecordBrief, Wording } from '../../core/types'
import { newestByForm, sortedDuties, worstFirst, type OtherSide } from './duties'
import { numberText, standardRows, verdictOf } from './standards'

const words = (zh: string): Wording => ({ zh, en: zh })

test('what a running period may still bring is neither met nor missed', () => {
  expect([verdictOf({ is_met: true, is_final: false }), verdictOf({ is_met: false, is_final: false }), verdictOf({ is_met: false, is_final: true })]).toEqual(['met', 'open', 'short'])
})

test('numbers have two decimals at most, and nothing where a standard has none', () => {
  expect([numberText(2), numberText(1234.567), numberText(0), numberText(undefined)]).toEqual(['2', '1234.57', '0', ''])
})

test('the file has a head and a row a standard, unrounded', () => {
  const one = { measure: 'm', title: words('T'), asked: words('A'), source: words('S'), period: '2025', is_met: false, is_final: true, required: 2, actual: 1.234 }
  expect(standardRows([one, { ...one, is_met: true, required: undefined, actual: undefined, unit: words('u'), formula: words('F') }], ['h'], ({ zh }) => zh, (verdict) => verdict)).toEqual([
    ['h'], ['T', 'short', 2, 1.234, '', '2025', 'A', 'S'], ['T', 'met', null, null, 'u', '2025', 'F', 'S'],
  ])
})

test('duties stand by the day that they are due on, without what is done', () => {
  const duty = (due_on: string, state: string) => ({ due_on, state }) as Parameters<typeof sortedDuties>[0][number]
  expect(sortedDuties([duty('2025-12-31', 'open'), duty('2025-06-20', 'overdue'), duty('2025-03-31', 'met')]).map(({ due_on }) => due_on)).toEqual(['2025-06-20', '2025-12-31'])
})

test('of each form the newest record that counts stands first', () => {
  const record = (id: string, form: string, is_ended = false) => ({ id, form, is_ended }) as RecordBrief
  expect(newestByForm([record('1', 'a', true), record('2', 'a'), record('3', 'b'), record('4', 'a')]).map(({ id }) => id)).toEqual(['2', '3'])
})

test('stalled agreements come first, then those with most missing on whichever side', () => {
  const side = (overdue: number, ended: number, done: number) => ({ is_own: false, overdue, open: 0, ended, done })
  const one = (id: string, is_stalled: boolean, ...sides: ReturnType<typeof side>[]) => ({ subject: { id }, is_stalled, sides }) as unknown as OtherSide
  expect(worstFirst([one('kept', false, side(0, 4, 4)), one('late', false, side(0, 4, 4), side(1, 4, 2)), one('stalled', true, side(0, 1, 0))]).map(({ subject }) => subject.id)).toEqual(['stalled', 'late', 'kept'])
})
