import { expect, test } from 'vitest'
import { decodeCells, encodeCells } from './cells'

test('cells of any content come back as they were', () => {
  const lines = [['a', '', 'b\tc'], [''], ['line\nfeed', 'back\\slash', '\r', '\\n'], ['\u8840\u538b', '\u{1f600}']]
  expect(decodeCells(encodeCells(lines))).toEqual(lines)
})

test('an encoded cell holds neither tab nor line end', () => {
  expect(encodeCells([['a\tb\nc\rd\\e']])).toBe('a\\tb\\nc\\rd\\\\e\n')
})

test('a document without its last line end is refused', () => {
  expect(() => decodeCells('a\tb')).toThrow()
})

test('a wrong escape is refused', () => {
  expect(() => decodeCells('a\\x\n')).toThrow()
  expect(() => decodeCells('a\\\n')).toThrow()
})

test('an empty document has no lines', () => {
  expect(decodeCells('')).toEqual([])
})
