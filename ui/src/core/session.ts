/* Who is logged in on this page, and what to do when that ends. */
import { reactive } from 'vue'
import { Api, ApiError, type ApiHost } from './api'
import { drafts } from './drafts'
import { lang } from './i18n'
import type { Demo, Member, NamedPlace, Session } from './types'

export const session = reactive({
  isKnown: false, /* the server was asked */
  isUnreachable: false,
  isExpired: false, /* the login dialog is up */
  current: null as Session | null,
  demo: { is_demo: false } as Demo,
  member: null as Member | null, /* the county that is looked into, by somebody of the city */
})

let waiting: { promise: Promise<boolean>; settle: (isIn: boolean) => void } | undefined

/* The phone's own copy puts itself between the pages and the network here, once it is there. */
export const device: { fetch: typeof fetch; stand?: ApiHost['stand'] } = { fetch: (input, init) => fetch(input, init) }

export const api = new Api((input, init) => device.fetch(input, init), {
  stand: (...asked) => device.stand?.(...asked) ?? Promise.resolve(),
  csrf: () => session.current?.csrf ?? '',
  language: () => (lang.value === 'zh' ? 'zh-CN' : 'en'),
  account: () => session.current?.account.id ?? '',
  member: () => session.member?.code ?? '',
  reauthenticate() {
    if (!session.current) return Promise.resolve(false)
    if (!waiting) {
      let settle: (isIn: boolean) => void = () => undefined
      waiting = { promise: new Promise((resolve) => (settle = resolve)), settle: (isIn) => settle(isIn) }
      session.isExpired = true
    }
    return waiting.promise
  },
  async refresh() {
    await openSession()
    return session.current !== null
  },
})

let enteredBy: string | undefined

/* Until this page is closed, or somebody else logs in. */
export function enterMember(member: Member): void {
  enteredBy = session.current?.account.id
  session.member = member
}

export function leaveMember(): void {
  session.member = null
}

/* Whose numbers the pages show: the county that is looked into, else the account's own place. */
export function placeShown(): NamedPlace {
  const member = session.member
  if (member) return { code: member.code, name: member.name.zh, name_en: member.name.en }
  return session.current?.place ?? { code: '', name: '' }
}

/* Whoever it is now: what another account looked into is left. */
function take(next: Session | null): void {
  if (next?.account.id !== enteredBy) leaveMember()
  session.current = next
}

/* Asks who is logged in and, for the login page, whether this is a demo. */
export async function openSession(): Promise<void> {
  session.isUnreachable = false
  try {
    /* who has a copy on the phone does not wait long for a bad network */
    const patience = globalThis.localStorage?.getItem('catchment.device') ? 8000 : undefined
    take(await api.request<Session>('GET', '/session', { isLogin: true, patience }))
  } catch (error) {
    session.current = null
    session.isUnreachable = !(error instanceof ApiError && error.status === 401)
  }
  if (!session.current && !session.isUnreachable) await openDemo()
  session.isKnown = true
}

/* Learns the day anew, quietly: what fails here is told by the next request. */
export async function refreshSession(): Promise<void> {
  const before = session.current
  if (!before || session.isExpired) return
  try {
    const next = await api.request<Session>('GET', '/session', { isLogin: true })
    if (session.current === before && next.account.id === before.account.id) session.current = next
  } catch {
    /* no network, or the login has expired */
  }
}

/* Any answer may bring the news that a day has begun. */
export function learnToday(day: string): void {
  if (session.current && day > session.current.today) session.current.today = day
}

async function openDemo(): Promise<void> {
  try {
    session.demo = await api.request<Demo>('GET', '/demo', { isLogin: true })
  } catch {
    session.demo = { is_demo: false }
  }
}

export async function logIn(login: string, password: string): Promise<void> {
  const before = session.current?.account.id
  const next = await api.request<Session>('POST', '/session', { body: { login, password }, isLogin: true })
  take(next)
  if (session.isExpired) endWait(before === next.account.id)
}

/* The person closed the dialog instead of logging in again. */
export async function giveUpLogin(): Promise<void> {
  take(null)
  endWait(false)
  await openDemo()
}

function endWait(isIn: boolean): void {
  session.isExpired = false
  waiting?.settle(isIn)
  waiting = undefined
}

export async function logOut(): Promise<void> {
  const account = session.current?.account.id
  try {
    await api.request('DELETE', '/session', { isLogin: true })
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error
  }
  if (account) drafts.removeAll(account)
  take(null)
  await openDemo()
}

export function isDemo(): boolean {
  return session.current?.is_demo ?? session.demo.is_demo
}

export function today(): string {
  return session.current?.today ?? ''
}
