import { expect, test } from 'vitest'
import { atMostOnceAMinute } from './wake'

test('a page looked at again asks at most once a minute, and not in its first', () => {
  let now = 0
  let asked = 0
  const wake = atMostOnceAMinute(() => asked++, () => now)
  wake()
  expect(asked).toBe(0)
  now = 60_000
  wake()
  wake()
  expect(asked).toBe(1)
  now = 119_999
  wake()
  expect(asked).toBe(1)
  now = 120_000
  wake()
  expect(asked).toBe(2)
})
