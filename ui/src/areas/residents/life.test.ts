import { expect, test } from 'vitest'
import { ApiError } from '../../core/api'
import { lastEvent, nextKinds, refusalOf, stateOf, type LifeEvent } from './life'

const event = (kind: LifeEvent['kind'], happened_on: string, is_ended = false): LifeEvent => ({ id: kind + happened_on, kind, happened_on, is_ended })

test('who left can return or die, who died nothing; what was taken back does not count', () => {
  expect(nextKinds(stateOf([]))).toEqual(['moved', 'joined', 'left', 'died'])
  expect(nextKinds(stateOf([event('registered', '2024-01-01'), event('left', '2025-01-01')]))).toEqual(['returned', 'died'])
  expect(nextKinds(stateOf([event('left', '2025-01-01'), event('returned', '2025-02-01')]))).toContain('moved')
  expect(nextKinds(stateOf([event('died', '2025-01-01')]))).toEqual([])
  expect(nextKinds(stateOf([event('died', '2025-01-01', true)]))).toContain('died')
})

test('the last event that counts is the one to take back, never the registration', () => {
  const events = [event('registered', '2024-01-01'), event('moved', '2024-05-01'), event('left', '2025-01-01', true)]
  expect(lastEvent(events)?.kind).toBe('moved')
  expect(lastEvent(events.slice(0, 1))).toBeUndefined()
})

test('a refusal stands at its field, the rest apart', () => {
  const text = (zh: string) => ({ zh, en: zh })
  const error = new ApiError(422, 'ERR_INVALID', {
    status: 422, code: 'ERR_INVALID',
    problems: [{ code: 'A', where: '/id_number', text: text('number') }, { code: 'B', where: '/other', text: text('other') }],
  })
  expect(refusalOf(error, ['id_number'])).toEqual({ fields: { id_number: 'number' }, general: 'other' })
})
