/* Addresses after the #: "#/residents/ID?x=y". Parts of personal data never stand in an address. */
import { reactive, readonly } from 'vue'

export interface Route {
  path: string[]
  query: Record<string, string>
}

export function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?')
  const pairs = query.split('&').filter((pair) => pair !== '').map((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return [decode(name), decode(value)] as const
  })
  return { path: path.split('/').filter((part) => part !== '').map(decode), query: Object.fromEntries(pairs) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const state = reactive<Route>({ path: [], query: {} })

export const route = readonly(state) as Readonly<Route>

function follow(): void {
  Object.assign(state, parseHash(window.location.hash))
}

export function startRouter(): void {
  window.addEventListener('hashchange', follow)
  follow()
}

export function go(path: string): void {
  window.location.hash = path
}

/* Without a step back to the page left. */
export function replace(path: string): void {
  window.history.replaceState(null, '', `#${path}`)
  follow()
}

export function back(otherwise: string): void {
  if (window.history.length > 1) window.history.back()
  else replace(otherwise)
}
