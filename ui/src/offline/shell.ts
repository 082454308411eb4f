/* The app as a thing on the phone: its service worker, and the newer version that waits until somebody wants it. */
import { reactive } from 'vue'

export const shell = reactive({
  isSafe: window.isSecureContext && 'serviceWorker' in navigator, /* otherwise nothing can be kept here */
  hasUpdate: false,
})

let registration: ServiceWorkerRegistration | undefined

function look(worker: ServiceWorker | null): void {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed') shell.hasUpdate = navigator.serviceWorker.controller !== null
  })
}

export async function startShell(): Promise<void> {
  if (!shell.isSafe || registration) return
  try {
    registration = await navigator.serviceWorker.register('/sw.js')
  } catch {
    return /* the app works online without it; the next start tries again */
  }
  const known = registration as ServiceWorkerRegistration | undefined /* none where workers are switched off */
  shell.hasUpdate = Boolean(known?.waiting)
  look(known?.installing ?? null)
  known?.addEventListener('updatefound', () => look(known.installing))
}

/* Asks whether there is a newer version; without a network there is none. */
export function lookForUpdate(): void {
  registration?.update().catch(() => undefined)
}

export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => window.location.reload())
  registration?.waiting?.postMessage('take-over')
}
