/* Numbers that are still being made: asked for again after a while, some times. What is shown stays until the next answer is there, and
 * when that fails. Ends with the component. */
import { onScopeDispose, ref, type Ref } from 'vue'
import type { Loaded } from '../../core/load'

const WAIT = 6_000
const TIMES = 20

/* True once nobody asks any more, though numbers are still wanted. */
export function again<T>(page: Loaded<T>, read: () => Promise<T>, isWanted: () => boolean): Ref<boolean> {
  const isOver = ref(false)
  let times = 0
  let given: T | null = null /* what was put there last, here */
  let timer = setTimeout(() => void turn(), WAIT)
  let isEnded = false
  async function turn(): Promise<void> {
    const shown = page.data
    if (shown !== given) times = 0 /* somebody asked for something else */
    isOver.value = isWanted() && times >= TIMES
    if (isWanted() && !isOver.value && !page.isLoading && !document.hidden) {
      times++
      try {
        const next = await read()
        if (page.data === shown && !page.isLoading && !isEnded) {
          page.data = next
          given = page.data
          page.error = null
        }
      } catch {
        given = page.data /* the next turn tries */
      }
    } else {
      given = shown
    }
    if (!isEnded) timer = setTimeout(() => void turn(), WAIT)
  }
  onScopeDispose(() => {
    isEnded = true
    clearTimeout(timer)
  })
  return isOver
}
