import { expect, test } from 'vitest'
import { changeRows, differenceText, isDayWithin, isWaiting, linesOf, numberText, pathOf, scaleOf, trendsOf, type Answer, type AnswerChange, type ClauseChange, type Point, type Trend } from './plans'

const text = { zh: '', en: '' }
const answer = (more: Partial<Answer>): Answer => ({ by: 'measure', id: 'm', state: 'behind', reason: 'below_path', why: text, title: text, unit: '%', ...more })

test('a share stands on a line of a hundred, with its target and what is expected', () => {
  expect(pathOf(answer({ value: 17.1, expected: 34, target: { text, compare: 'at_least', low: 62 } }))).toEqual({ value: 17.1, expected: 34, low: 62, high: null })
  expect(pathOf(answer({ unit: '', value: 2, target: { text, compare: 'between', low: 4, high: 8 } }))).toEqual({ value: 25, expected: null, low: 50, high: 100 })
  expect(pathOf(answer({ unit: '', value: 0 }))).toEqual({ value: null, expected: null, low: null, high: null })
})

test('what misses a target does not look as if it met it', () => {
  const target = { compare: 'at_least', low: 90 }
  expect([numberText(89.9996, '%', target), numberText(89.9996, '%'), numberText(90, '%', target), numberText(89.95, '%', target)]).toEqual(['89.9996', '90', '90', '89.95'])
  expect([numberText(94.366, '%', target), numberText(99.96, '%'), numberText(0.04, '%'), numberText(3.936, ''), numberText(100, '%')]).toEqual(['94.4', '99.96', '0.04', '3.94', '100'])
})

test('what has no number has no line', () => {
  expect(pathOf(answer({}))).toBeNull()
  expect(pathOf(answer({ by: 'register', value: 3 }))).toBeNull()
})

const point = (period: string, more: Partial<Point> = {}): Point => ({ period, is_running: false, denominator: 10, numerator: 5, ...more })
const trend = (more: Partial<Trend>): Trend => ({ id: 'm', title: { zh: '', en: '' }, unit: '%', kind: 'year', is_judged: true, is_complete: true, points: [], ...more })
const clauseChange = (more: Partial<ClauseChange>): ClauseChange => ({ id: '01', title: { zh: 'A', en: 'A' }, change: 'same', then: { state: 'met', is_partly: false }, now: { state: 'met', is_partly: false }, answers: [], ...more })
const answerChange = (then: number | undefined, now: number | undefined, more: Partial<Answer> = {}): AnswerChange => ({ then: answer(more), now: answer(more), number_then: then, number_now: now, difference: then === undefined || now === undefined ? undefined : now - then, worth: 0 })

test('a trend has room for its path and its target, never below nothing, and a period that counts nobody has no mark', () => {
  const shown = trend({ points: [point('2023', { low: 90 }), point('2024', { value: 60, expected: 65, low: 90 }), point('2025', { value: 72, low: 90 })] })
  const scale = scaleOf(shown)!
  expect([scale.low <= 60 && scale.low >= 0, scale.high >= 90 && scale.high <= 100]).toEqual([true, true])
  expect(linesOf(shown, String).map(({ values, isPath, openAt }) => [values, Boolean(isPath), openAt])).toEqual([[[null, 60, 72], false, undefined], [[null, 65, null], true, undefined], [[90, 90, 90], true, undefined]])
  expect(linesOf(trend({ points: [point('2025', { value: 5, is_running: true, low: 4, high: 8 })] }), String).map(({ values, openAt }) => [values, openAt])).toEqual([[[5], 0], [[4], undefined], [[8], undefined]])
  expect(scaleOf(trend({ points: [point('2025', { low: 90 })] }))).toBeNull()
})

test('a target that was changed is drawn in steps, and says one number only where it was always the same', () => {
  const asked = (...lows: number[]) => linesOf(trend({ points: lows.map((low, at) => point(String(2023 + at), { value: 50, low })) }), String)[1]!
  expect([asked(80, 80).title.endsWith(' 80'), asked(80, 60).title.endsWith('60'), asked(80, 60).values, asked(80, 60).isStepped]).toEqual([true, false, [80, 60], true])
  expect(scaleOf(trend({ points: [point('2024', { value: 50, low: 95 }), point('2025', { value: 50, low: 60 })] }))!.high).toBeGreaterThan(95)
})

test('where all is nothing there is room above it', () => {
  const none = [point('2024', { value: 0 }), point('2025', { value: 0 })]
  expect([scaleOf(trend({ points: none })), scaleOf(trend({ unit: '', points: none }))]).toEqual([{ low: 0, high: 100 }, { low: 0, high: 1 }])
})

test('a day that is half typed, to come or before anything was known is none', () => {
  const days = ['0202-03-31', '2025-03-31', '2025-07-01', '2019-12-31', '', '2025-3-1']
  expect(days.map((day) => isDayWithin(day, '2020-01-01', '2025-06-30'))).toEqual([false, true, false, false, false, false])
  expect(isDayWithin('2019-12-31', undefined, '2025-06-30')).toBe(true)
})

test('the kind of period that the clause is judged by comes first', () => {
  const kinds = trendsOf([trend({ kind: 'month', is_judged: false, points: [point('2025-01')] }), trend({ points: [point('2025')] }), trend({ id: 'other', points: [point('2025')] }), trend({ kind: 'half' })], 'm')
  expect(kinds.map(({ kind }) => kind)).toEqual(['year', 'month'])
})

test('two days: a small difference does not look like none, and what has no number on a day has no difference', () => {
  expect(differenceText(answerChange(89.99999, 90))).toMatch(/^\+0\.00001/)
  expect(differenceText(answerChange(90, 45.5))).toMatch(/^−44\.5/)
  expect([differenceText(answerChange(3, 3)), differenceText(answerChange(undefined, 3))]).toEqual(['0', '—'])
})

test('the file of two days has a line a number, as it is, and one for a clause without', () => {
  const day = (on: string) => ({ on, today: '2025-06-30', made: 0, wanted: 0 })
  const rows = changeRows({
    id: 'p', title: { zh: '', en: '' }, then: day('2025-03-31'), now: day('2025-06-30'),
    clauses: [clauseChange({ answers: [answerChange(1 / 3, 2 / 3), answerChange(5, 5, { by: 'policy' })] }), clauseChange({ id: '02' })],
  })
  expect(rows.length).toBe(3)
  expect(rows[1]!.slice(-3)).toEqual([1 / 3, 2 / 3, 2 / 3 - 1 / 3])
  expect(rows[2]!.slice(-3)).toEqual([null, null, null])
})

test('a page waits while numbers of past days are made', () => {
  expect([isWaiting({ on: '', today: '', made: 3, wanted: 78 }), isWaiting({ on: '', today: '', made: 78, wanted: 78 })]).toEqual([true, false])
})
