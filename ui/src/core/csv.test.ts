import { expect, test } from 'vitest'
import { csvText } from './csv'

test('cells are quoted where they must be, and formulas are text', () => {
  expect(csvText([['a', 1, null], ['b,"c"', -2.5, '=1+1'], ['d\ne', 0, '-']])).toBe(
    '\ufeffa,1,\r\n"b,""c""",-2.5,\'=1+1\r\n"d\ne",0,\'-\r\n',
  )
})
