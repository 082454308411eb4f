import { expect, test } from 'vitest'
import { byProgram, linesOf, newestFirst, type Considered, type Explanation, type RuleName } from './explain'

const text = { zh: 'x', en: 'x' }
const rule = (program: string, obligation: string): RuleName => ({ program, obligation, program_title: text, tag: text, title: text })

test('programs that somebody is in come first, each with its rules in order', () => {
  const programs = byProgram([rule('a', '1'), rule('b', '1'), rule('a', '2')], new Set(['b']))
  expect(programs.map(({ id, rules }) => [id, rules.map(({ obligation }) => obligation)])).toEqual([['b', ['1']], ['a', ['1', '2']]])
})

test('times and records come newest first, times of an earlier edition among them', () => {
  const line = (day: string) => ({ opens_on: day })
  const explained = { editions: [{ is_in_force: false, lines: [line('2024-03-31')] }, { is_in_force: true, lines: [line('2025-03-31'), line('2025-06-30')] }] } as unknown as Explanation
  expect(linesOf(explained).map(({ opens_on: day, isPast }) => [day, isPast])).toEqual([['2025-06-30', false], ['2025-03-31', false], ['2024-03-31', true]])
  const record = (day: string) => ({ happened_on: day }) as Considered
  expect(newestFirst([record('2024-01-01'), record('2025-01-01')]).map(({ happened_on: day }) => day)).toEqual(['2025-01-01', '2024-01-01'])
})
