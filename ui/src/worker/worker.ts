/* The service worker: keeps the files of the phone's pages, so that the app opens without a network. It is a plain script;
 * vite.config.ts puts the list FILES and its hash VERSION in front.
 *
 * Invariants
 *  1. Nothing under /api/ passes through here: no answer about persons is ever kept, none is ever invented.
 *  2. A version is kept whole or not at all; the one before serves until then.
 *  3. A new version waits until the page asks for it ("take-over"): never in the middle of a form. */

declare const FILES: readonly string[]
declare const VERSION: string

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends WorkerEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(name: 'install' | 'activate', listen: (event: WorkerEvent) => void): void
  addEventListener(name: 'fetch', listen: (event: FetchEvent) => void): void
  addEventListener(name: 'message', listen: (event: MessageEvent) => void): void
}

const PREFIX = 'shell-'
const SHELL = PREFIX + VERSION
const APP = '/m.html'
const HASHED = '/assets/'
/* The page's policy differs by browser, and this is one browser. */
const ANY_VARIANT: CacheQueryOptions = { ignoreVary: true, ignoreSearch: true }

const scope = self as unknown as WorkerScope

/* A file that is named by its content is taken from the version before. */
async function keepFile(shell: Cache, address: string): Promise<void> {
  const isHashed = address.startsWith(HASHED)
  const known = isHashed ? await caches.match(address, ANY_VARIANT) : undefined
  const response = known ?? (await fetch(address, { cache: isHashed ? 'default' : 'no-cache', credentials: 'same-origin' }))
  if (!response.ok || response.redirected) throw new Error(`${address}: ${response.status}`)
  await shell.put(address, response)
}

async function keepFiles(): Promise<void> {
  const shell = await caches.open(SHELL)
  try {
    await Promise.all(FILES.map((address) => keepFile(shell, address)))
  } catch (failure) {
    await caches.delete(SHELL)
    throw failure
  }
}

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== SHELL).map((name) => caches.delete(name)))
  await scope.clients.claim()
}

async function kept(address: string): Promise<Response | undefined> {
  const shell = await caches.open(SHELL)
  return shell.match(address, ANY_VARIANT)
}

/* The page itself comes from the shell, so that page and files are of one version. */
async function openApp(request: Request, isApp: boolean): Promise<Response> {
  if (isApp) return (await kept(APP)) ?? fetch(request)
  try {
    return await fetch(request)
  } catch (failure) {
    const app = await kept(APP)
    if (app) return app
    throw failure
  }
}

scope.addEventListener('install', (event) => event.waitUntil(keepFiles()))
scope.addEventListener('activate', (event) => event.waitUntil(dropOldVersions()))
scope.addEventListener('message', (event) => {
  if (event.data === 'take-over') void scope.skipWaiting()
})
scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || pathname.startsWith('/api/')) return
  if (request.mode === 'navigate') {
    if (pathname === APP || pathname === '/') event.respondWith(openApp(request, pathname === APP))
  } else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname).then((file) => file ?? fetch(request)))
  }
})
