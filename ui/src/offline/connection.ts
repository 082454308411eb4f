/* Whether the server is there, as the last request told. */
import { reactive } from 'vue'
import { session } from '../core/session'

export const connection = reactive({ isLost: session.isUnreachable || !navigator.onLine })

export function listenForNetwork(back: () => void): void {
  window.addEventListener('offline', () => (connection.isLost = true))
  window.addEventListener('online', back)
}
