import { expect, test } from 'vitest'
import { Clock } from './clock'

const HOUR = 3_600_000
function world(start = 1000 * HOUR) {
  const at = { wall: start, steady: 0 }
  return { at, clock: new Clock(() => at.wall, () => at.steady), pass: (ms: number) => { at.wall += ms; at.steady += ms } }
}

test('a clock that goes on as it did keeps what the server said', () => {
  const { clock, pass, at } = world()
  clock.set(-24 * HOUR)
  pass(5 * HOUR)
  expect([clock.look(), clock.time() - at.wall]).toEqual([false, -24 * HOUR])
})

test('a clock that was a day ahead or behind and is set right without a network keeps the right time', () => {
  for (const wrong of [-24 * HOUR, 24 * HOUR]) {
    const { clock, pass, at } = world()
    clock.set(wrong)
    pass(HOUR)
    const before = clock.time()
    at.wall += wrong
    pass(HOUR)
    expect([clock.time() - before, Math.abs(clock.offset) < 60_000]).toEqual([HOUR, true])
  }
})

test('a clock that was right and is put back keeps the right time', () => {
  const { clock, at } = world()
  clock.set(0)
  const before = clock.time()
  at.wall -= 30 * HOUR
  expect(clock.time()).toBe(before)
})

test('a phone that slept is not taken for one whose clock was set', () => {
  const { clock, at } = world()
  clock.set(-24 * HOUR)
  const before = clock.time()
  at.wall += 8 * HOUR /* the page's own time stood still */
  expect(clock.time() - before).toBe(8 * HOUR)
})

test('a clock that was ahead and put back while the app was closed is right again', () => {
  const { clock, at } = world()
  clock.set(-24 * HOUR, at.wall + 20 * HOUR)
  expect(clock.offset).toBe(0)
  clock.set(-24 * HOUR, at.wall - HOUR)
  expect(clock.offset).toBe(-24 * HOUR)
})

test('a leap that is seen when the time is asked is still told once to whom it is to be kept by', () => {
  const { clock, at } = world()
  clock.set(0)
  at.wall -= 30 * HOUR
  clock.time()
  expect([clock.look(), clock.look(), clock.offset]).toEqual([true, false, 30 * HOUR])
  at.wall -= HOUR
  clock.time()
  clock.set(0) /* by the server: nothing is left to keep */
  expect(clock.look()).toBe(false)
})
