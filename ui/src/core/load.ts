/* One thing loaded from the server: waiting, failed, or there. The newest call wins. */
import { reactive } from 'vue'

export interface Loaded<T> {
  data: T | null
  isLoading: boolean
  error: unknown
  load(): Promise<void>
}

export function useLoad<T>(read: () => Promise<T>): Loaded<T> {
  let turn = 0
  const loaded: Loaded<T> = reactive({
    data: null,
    isLoading: true,
    error: null,
    async load() {
      const mine = ++turn
      loaded.isLoading = true
      loaded.error = null
      try {
        const data = await read()
        if (mine === turn) loaded.data = data
      } catch (error) {
        if (mine === turn) loaded.error = error
      } finally {
        if (mine === turn) loaded.isLoading = false
      }
    },
  }) as Loaded<T>
  return loaded
}
