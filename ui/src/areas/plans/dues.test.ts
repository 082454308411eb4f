import { expect, test } from 'vitest'
import { isOf, monthsOf, shapeOf, unitsOf, type Due } from './dues'

const due = (day: string, state: Due['state'], owner = 'bureau', isOwn = false): Due =>
  ({ plan: 'p', clause: '01', title: { zh: '', en: '' }, owners: [{ id: owner, title: { zh: owner, en: owner } }], is_own: isOwn, day, state, clause_state: 'behind' })

test('months hold in their order what is neither overdue nor due soon', () => {
  const months = monthsOf([due('2024-12-31', 'missed'), due('2025-06-20', 'overdue'), due('2025-06-30', 'soon'), due('2025-12-20', 'later'), due('2025-12-31', 'later'), due('2026-03-31', 'later')])
  expect(months.map(({ month, dues }) => [month, dues.length])).toEqual([['2024-12', 1], ['2025-12', 2], ['2026-03', 1]])
})

test('what is narrowed to a unit or to one’s own is of it', () => {
  const dues = [due('2025-06-30', 'soon', 'a', true), due('2025-07-31', 'later', 'b'), due('2025-08-31', 'later', 'a')]
  expect(unitsOf(dues).map(({ id }) => id)).toEqual(['a', 'b'])
  expect(dues.filter((one) => isOf(one, 'a'))).toHaveLength(2)
  expect(dues.filter((one) => isOf(one, 'own'))).toHaveLength(1)
  expect(dues.filter((one) => isOf(one, ''))).toHaveLength(3)
  expect((['overdue', 'done', 'later'] as const).map(shapeOf)).toEqual(['behind', 'met', 'not_due'])
})
