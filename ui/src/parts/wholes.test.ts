import { expect, test } from 'vitest'
import { wholesOf } from './wholes'

const whole = (text: string) => wholesOf(text).filter((piece) => piece.isWhole).map((piece) => piece.text)

test('a day stays together with its brackets, a value with its unit', () => {
  expect(whole('Last 119/97 mmHg (2024-08-15)')).toEqual(['119/97 mmHg', '(2024-08-15)'])
  expect(whole('from 2025-04-01, due by 2024-08-29')).toEqual(['2025-04-01', '2024-08-29'])
})

test('nothing of the text is lost', () => {
  const text = 'Longgang \u00b7 by 2024-08-29\uff0c23.5 kg/m\u00b2 and so on'
  expect(wholesOf(text).map((piece) => piece.text).join('')).toBe(text)
})

test('a text without days is one piece, an empty one none', () => {
  expect(wholesOf('nothing yet')).toEqual([{ text: 'nothing yet', isWhole: false }])
  expect(wholesOf('')).toEqual([])
})
