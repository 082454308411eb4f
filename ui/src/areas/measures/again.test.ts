import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { useLoad } from '../../core/load'
import { again } from './again'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', { hidden: false })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
const WAIT = 6_000

test('the next turn waits for the answer, and what is shown stays when it fails', async () => {
  const scope = effectScope()
  let asked = 0
  let answer: (n: number) => void = () => {}
  let fail: (why: Error) => void = () => {}
  const page = useLoad(() => Promise.resolve(0))
  await page.load()
  scope.run(() => again(page, () => new Promise<number>((resolve, reject) => { asked++; answer = resolve; fail = reject }), () => true))
  await vi.advanceTimersByTimeAsync(WAIT * 5)
  expect(asked).toBe(1)
  fail(new Error('away'))
  await vi.advanceTimersByTimeAsync(WAIT)
  expect([asked, page.data, page.error]).toEqual([2, 0, null])
  answer(7)
  await vi.advanceTimersByTimeAsync(WAIT)
  expect([asked, page.data]).toEqual([3, 7])
  scope.stop()
  answer(8)
  await vi.advanceTimersByTimeAsync(WAIT * 3)
  expect([asked, page.data]).toEqual([3, 7])
})

test('who has asked often enough says so, and begins again for another answer', async () => {
  const scope = effectScope()
  let asked = 0
  const page = useLoad(() => Promise.resolve({ n: 0 }))
  await page.load()
  const isOver = scope.run(() => again(page, () => Promise.resolve({ n: ++asked }), () => true))!
  await vi.advanceTimersByTimeAsync(WAIT * 20)
  expect([asked, isOver.value]).toEqual([20, false])
  await vi.advanceTimersByTimeAsync(WAIT * 5)
  expect([asked, isOver.value]).toEqual([20, true])
  await page.load()
  await vi.advanceTimersByTimeAsync(WAIT)
  expect([asked, isOver.value]).toEqual([21, false])
  scope.stop()
})
