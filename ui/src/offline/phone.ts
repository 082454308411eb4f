/* The phone's own side as one thing: what the screens look at (`phone`), and what they may do with it.
 *
 * A request that gets no answer is answered from the copy, and a record goes to the outbox; from then on the copy answers at once, until a
 * probe finds the server again. Then the outbox is sent, and the copy brought up to date. */
import { reactive, watch } from 'vue'
import { Api, ApiError, type Options } from '../core/api'
import { drafts } from '../core/drafts'
import { parseDeclaration } from '../core/form-declaration'
import { lang } from '../core/i18n'
import { device, openSession, session } from '../core/session'
import type { FormBrief, FormDefinition, FormList, Receipt, RecordBrief, RecordPage, Session } from '../core/types'
import { dueList } from '../areas/obligations/phone-due-list'
import { connection } from './connection'
import { Clock } from './clock'
import { Copy, type WaitingRecord } from './copy'
import { Database } from './database'
import { Outbox, backoff, type Body, type Row } from './outbox'
import { shell } from './shell'
import { Vault, Watchman, type Opening } from './vault'
import { readDelta, type Head } from './wire'

type Kind =
  | 'unknown'
  | 'unsafe' /* nothing can be kept here */
  | 'none' /* nothing is kept */
  | 'foreign' /* another account's */
  | 'locked'
  | 'open'

export const phone = reactive({
  kind: 'unknown' as Kind,
  login: '', /* whose it is */
  people: 0,
  syncedAt: '', /* by this phone's clock */
  isSyncing: false,
  hasFailed: false, /* the last sync */
  needsLogin: false,
  waiting: 0,
  problems: 0,
  minutesOff: 0, /* of this phone's clock, from five on */
  left: 0, /* people whom the last sync took away */
  wiped: '' as '' | 'revoked' | 'tries' | 'evicted',
  lost: 0, /* records that went with it */
  isAsking: false, /* for the PIN */
  mayCancel: true,
})

const FLAG = 'catchment.device'
/* What a page that is loaded anew begins with; App.vue shows nothing before. */
const COVER = 'catchment.covered'
const ASKS = '1' /* for the PIN */
const LEAVES = 'leaves' /* the login ends as soon as the server is there */
const CHINA = 8 * 3_600_000
const CLOCK_MOST = 5 * 60_000
const SYNC_EVERY = 10 * 60_000
const LIFE = 30 * 86_400_000
const IDLE_MOST = 60_000 /* a sync of which nothing is heard any more */

type KeptHead = Head & { syncedAt: string; offset: number; seenAt?: number }

let store: Database
let vault: Vault
export let outbox: Outbox
export const copy = new Copy()
const watchman = new Watchman()
let deviceId = ''
let owner = ''
const clock = new Clock()
let sent: WaitingRecord[] = [] /* since the last copy */
let forms: FormList = { forms: [] }
let versions = new Map<string, string>()
let waiters: ((isOpen: boolean) => void)[] = []
let probing: ReturnType<typeof setTimeout> | undefined
let probes = 0
let token = '' /* of a login that is to end */
let running: ReturnType<typeof setTimeout> | undefined

export function today(): string {
  const day = new Date(clock.time() + CHINA).toISOString().slice(0, 10)
  return copy.head && day < copy.head.on ? copy.head.on : day
}

/* ---- The network ---- */

/* Every request of the pages passes here. */
const send: typeof fetch = async (input, init = {}) => {
  const headers = { ...(init.headers as Record<string, string>), ...(deviceId ? { 'Catchment-Device': deviceId } : {}) }
  const response = await fetch(input, { ...init, headers })
  lookAtClock(response.headers.get('date'))
  if (response.status === 403 && (await isRevoked(response))) await wipe('revoked')
  if (response.ok && init.method === 'POST') noteDone(String(input), response, init)
  if ((response.ok || response.status === 401) && init.method === 'DELETE' && input === '/api/session' && owner && session.current?.account.id === owner) await forgetPeople()
  return response
}

/* Its own requests: nobody is asked to log in for them, and none is answered from the copy. */
const line = new Api(send, {
  csrf: () => session.current?.csrf || token,
  language: () => (lang.value === 'zh' ? 'zh-CN' : 'en'),
  account: () => (phone.kind === 'open' ? owner : '') || (session.current?.account.id ?? ''),
  reauthenticate: () => Promise.resolve(false),
  async refresh() {
    await openSession()
    return session.current !== null
  },
})

/* What the pages did at the server, as far as it is kept here. */
function noteDone(address: string, response: Response, { body }: RequestInit): void {
  const [, voided] = /^\/api\/records\/([^/]+)\/void$/.exec(address) ?? []
  if (voided) {
    sent = sent.filter(({ id }) => id !== decodeURIComponent(voided))
    void keepSent()
  } else if (address === '/api/records') void settle(response.clone(), String(body))
  else if (address === '/api/session') localStorage.removeItem(COVER) /* a password was given */
}

function lookAtClock(date: string | null): void {
  const off = date ? Date.parse(date) - Date.now() : 0
  phone.minutesOff = Math.abs(off) > CLOCK_MOST ? Math.round(off / 60_000) : 0
}

async function isRevoked(response: Response): Promise<boolean> {
  const problem = (await response.clone().json().catch(() => null)) as { code?: string; problems?: { code: string }[] } | null
  return [problem?.code, ...(problem?.problems ?? []).map(({ code }) => code)].includes('DEVICE_REVOKED')
}

async function settle(response: Response, body: string): Promise<void> {
  const { id } = (await response.json()) as Receipt
  if (phone.kind === 'open') {
    await outbox.settle(id)
    await noteSent(JSON.parse(body) as Body)
  }
  await count()
}

/* The server has it; until the next copy it is read from here. */
async function noteSent(body: Body): Promise<void> {
  sent = [...sent.filter(({ id }) => id !== body.id), { ...body, made_at: new Date().toISOString() }]
  await keepSent()
}

async function keepSent(): Promise<void> {
  copy.sent = sent
  if (vault.isOpen) await vault.keep('things', 'sent', sent)
}

function lose(): void {
  connection.isLost = true
  if (probing === undefined) probeIn(backoff(++probes))
}

function probeIn(milliseconds: number): void {
  clearTimeout(probing)
  probing = setTimeout(() => void probe(), Math.min(60_000, milliseconds))
}

/* Is the server there again? */
export async function probe(): Promise<void> {
  clearTimeout(probing)
  probing = undefined
  try {
    const next = await line.request<Session>('GET', '/session', { isLogin: true, patience: 8000 })
    if (localStorage.getItem(COVER) === LEAVES) {
      if (!(await endLogin(next.csrf))) return
    } else if (!session.current || next.account.id === session.current.account.id) session.current = next
    phone.needsLogin = false
  } catch (error) {
    if (!(error instanceof ApiError) || error.isUnreachable) return lose()
    phone.needsLogin = error.status === 401 && session.current !== null
  }
  const wasLost = connection.isLost
  probes = 0
  connection.isLost = false
  session.isUnreachable = false
  session.isKnown = true
  if (wasLost) {
    dueList.list.isStale = true
    await judge()
  }
  await work()
  if (wasLost) void dueList.refresh()
}

/* ---- The PIN ---- */

async function judge(): Promise<void> {
  if (!shell.isSafe) {
    phone.kind = 'unsafe'
    return
  }
  const lock = await vault.lock()
  phone.login = lock?.login ?? ''
  deviceId = lock?.device ?? ''
  owner = lock?.account ?? ''
  const account = session.current?.account.id
  const isForeign = lock !== undefined && account !== undefined && account !== owner
  if (isForeign) shut()
  if (!lock) phone.kind = 'none'
  else if (isForeign) phone.kind = 'foreign'
  else phone.kind = vault.isOpen ? 'open' : 'locked'
  if (phone.isAsking && !vault.isOpen && !isCoverDue()) answerWaiters(false)
  await count()
}

/* The PIN is asked of whom it is of, or without a server: nobody else's login waits for it. */
function isCoverDue(): boolean {
  return connection.isLost || (owner !== '' && session.current?.account.id === owner)
}

export function mayKeep(): boolean {
  return session.current?.account.permissions.includes('residents.sync') ?? false
}

async function register(): Promise<string> {
  return (await line.post<{ id: string }>('/devices', { name: nameOfPhone() })).id
}

function nameOfPhone(): string {
  const model = /\(([^)]*)\)/.exec(navigator.userAgent)?.[1]?.split(';').pop()?.trim() ?? ''
  return model.replace(/\s*Build\/.*$/, '').slice(0, 60) || 'phone'
}

export async function begin(pin: string): Promise<void> {
  const { id, login } = session.current!.account
  await vault.create(pin, { account: id, login, device: await register() })
  phone.wiped = ''
  void navigator.storage?.persist?.()
  copy.clear()
  outbox.clear()
  sent = []
  clock.set(0)
  await judge()
  await sync()
}

export async function unlock(pin: string): Promise<Opening> {
  const opening = await vault.open(pin)
  if (opening === 'wrong') return opening
  if (opening !== 'open') {
    await emptied('tries')
    return opening
  }
  watchman.touch()
  watchman.show()
  await load()
  await judge()
  answerWaiters(true)
  if (connection.isLost) await openFromCopy()
  else void work()
  return opening
}

export async function triesSoFar(): Promise<number> {
  return (await vault.lock())?.tries ?? 0
}

export function cancelPin(): void {
  answerWaiters(false)
}

function answerWaiters(isOpen: boolean): void {
  phone.isAsking = false
  if (localStorage.getItem(COVER) === ASKS) localStorage.removeItem(COVER)
  const all = waiters
  waiters = []
  all.forEach((answer) => answer(isOpen))
}

/* Whether the copy can be read; asks for the PIN when it must. */
export function opened(mayCancel = true): Promise<boolean> {
  if (vault.isOpen) return Promise.resolve(true)
  phone.mayCancel = mayCancel && (!phone.isAsking || phone.mayCancel) /* a cover stays one, whoever asks behind it */
  phone.isAsking = true
  return new Promise((resolve) => waiters.push(resolve))
}

async function load(): Promise<void> {
  copy.clear()
  const head = await vault.find<KeptHead>('things', 'head')
  if (head && Date.now() - Date.parse(head.syncedAt) > LIFE) await forgetPeople(false)
  else if (head) {
    const goesOn = head.syncedAt === phone.syncedAt /* the same page, unlocked again: what it saw of the clock holds */
    setHead(head, goesOn)
    if (goesOn) await keepClock(false)
    for (const [id, person] of await vault.findAll<Parameters<typeof copy.people.set>[1]>('people')) copy.people.set(id, person)
    phone.people = copy.people.size
  }
  const list = await vault.find<FormList | FormBrief[]>('things', 'forms')
  forms = Array.isArray(list) ? { forms: list } : (list ?? { forms: [] })
  versions = new Map()
  for (const { id } of forms.forms) {
    const form = await vault.find<FormDefinition>('things', `form:${id}`)
    try {
      if (form) takeForm(form)
    } catch {
      /* of a newer server than this app: the form is fetched anew with the app's next version */
    }
  }
  const account = await vault.find<Session>('things', 'session')
  copy.me = { id: owner, name: account?.account.name ?? '' }
  sent = head ? ((await vault.find<WaitingRecord[]>('things', 'sent')) ?? []) : []
  copy.sent = sent
  await outbox.load()
}

function setHead(head: KeptHead, goesOn = false): void {
  copy.setHead(head)
  if (!goesOn) clock.set(head.offset, head.seenAt ?? Date.parse(head.syncedAt))
  phone.syncedAt = head.syncedAt
}

function takeForm(form: FormDefinition): void {
  versions.set(form.id, form.version)
  copy.forms.set(form.id, parseDeclaration(form.wire))
}

/* The app was opened without a server: who was here goes on from the copy. */
async function openFromCopy(): Promise<void> {
  if (session.current) return
  const kept = await vault.find<Session>('things', 'session')
  if (!kept) return
  session.current = { ...kept, csrf: '', today: today() }
  session.isKnown = true
  session.isUnreachable = false
}

function shut(): void {
  vault.close()
  copy.clear()
  outbox.clear()
  sent = []
}

async function lockUp(): Promise<void> {
  if (!vault.isOpen) return
  shut()
  if (!isCoverDue()) return judge()
  phone.kind = 'locked'
  localStorage.setItem(COVER, ASKS)
  await opened(false) /* covers what is on the screen */
}

/* ---- The end of what is kept ---- */

async function emptied(why: typeof phone.wiped): Promise<void> {
  phone.lost = phone.waiting + phone.problems
  phone.wiped = why
  drafts.removeAll(owner)
  copy.clear()
  sent = []
  outbox.clear()
  localStorage.removeItem(FLAG)
  if (why === 'tries') await endLogin(session.current?.csrf ?? '', !connection.isLost)
  else if (connection.isLost || why === 'revoked') {
    session.current = null
    session.isUnreachable = connection.isLost
  }
  await judge()
  phone.people = 0
  phone.syncedAt = ''
  answerWaiters(false)
}

/* Nobody goes on with a login whose PIN was guessed at: it ends now, or before anything else when the server is there again. */
async function endLogin(csrf: string, isThere = true): Promise<boolean> {
  token = csrf
  localStorage.setItem(COVER, LEAVES)
  const isOver = isThere && (await line.request('DELETE', '/session', { isLogin: true, patience: 8000 })
    .then(() => true, (failure: unknown) => failure instanceof ApiError && failure.status === 401))
  if (isOver) localStorage.removeItem(COVER)
  else lose()
  session.current = null
  session.isUnreachable = !isOver
  return isOver
}

async function wipe(why: typeof phone.wiped): Promise<void> {
  if (owner === '') return
  await vault.erase()
  await emptied(why)
}

/* The doctor gives the phone away. The server is told when it is there. */
export async function forget(): Promise<void> {
  if (deviceId && !connection.isLost && phone.kind !== 'foreign') await line.post(`/devices/${deviceId}/revoke`, {}).catch(() => undefined)
  await vault.erase()
  await emptied('')
}

/* People go, what is not sent stays. */
async function forgetPeople(isClosing = true): Promise<void> {
  await store.write([{ place: 'people' }, { place: 'things' }])
  sent = []
  copy.clear()
  phone.people = 0
  phone.syncedAt = ''
  if (!isClosing) return
  vault.close()
  outbox.clear()
  await judge()
}

async function count(): Promise<void> {
  const rows = await store.all<Row>('outbox')
  phone.waiting = rows.filter(([, { state }]) => state === 'waiting').length
  phone.problems = rows.filter(([, { state }]) => state === 'refused' || state === 'conflict').length
  copy.waiting = outbox.items.flatMap(({ body, madeAt, state }) => (body && state === 'waiting' ? [{ ...body, made_at: madeAt }] : []))
  if (owner) localStorage.setItem(FLAG, String(phone.waiting + phone.problems))
}

/* ---- Sending and fetching ---- */

/* All that can be done while the server is there. */
export async function work(): Promise<void> {
  if (phone.kind !== 'open' || connection.isLost || !session.current?.csrf || session.current.account.id !== owner) return
  clearTimeout(running)
  const before = phone.waiting
  const pause = await outbox.run()
  await count()
  if (pause === 'login') phone.needsLogin = true
  if (pause === 'network') running = setTimeout(() => void work(), outbox.wait)
  if (pause !== 'done') return
  await sync()
  if (before !== phone.waiting) dueList.list.isStale = true
}

export async function sync(): Promise<void> {
  if (phone.isSyncing || !vault.isOpen || session.current?.account.id !== owner) return
  phone.isSyncing = true
  try {
    if (!(await fetchDelta())) {
      deviceId = await register()
      await vault.rename(deviceId)
      await fetchDelta()
    }
    await keepForms()
    phone.hasFailed = false
  } catch (failure) {
    phone.hasFailed = true
    if (failure instanceof ApiError && failure.status === 401) phone.needsLogin = true
  } finally {
    phone.isSyncing = false
  }
}

/* False: the server does not know this phone. */
async function fetchDelta(): Promise<boolean> {
  const stop = new AbortController()
  let idle = setTimeout(() => stop.abort(), IDLE_MOST)
  const hear = () => {
    clearTimeout(idle)
    idle = setTimeout(() => stop.abort(), IDLE_MOST)
  }
  try {
    return await fetchDeltaWhile(hear, stop.signal)
  } finally {
    clearTimeout(idle)
  }
}

async function fetchDeltaWhile(hear: () => void, signal: AbortSignal): Promise<boolean> {
  const covered = new Set(sent.map(({ id }) => id))
  const head = await vault.find<KeptHead>('things', 'head')
  const response = await send('/api/sync', {
    method: 'POST', credentials: 'same-origin', signal,
    headers: { 'Content-Type': 'application/json', 'Catchment-Account': owner, 'X-CSRF': session.current?.csrf ?? '', Accept: 'application/x-ndjson' },
    body: JSON.stringify({ device: deviceId, sequence: head?.sequence ?? 0 }),
  })
  if (response.status === 404) return false
  if (!response.ok || !response.body) throw new ApiError(response.status, 'SYNC')
  const delta = await readDelta(response.body, hear)
  if (delta.head.account !== owner) throw new Error('sync: of another account')
  const kept: KeptHead = { ...delta.head, syncedAt: new Date().toISOString(), offset: Date.parse(delta.head.now) - Date.now() }
  await store.write([
    ...(delta.head.whole ? [{ place: 'people' as const }] : []),
    ...(await Promise.all(delta.people.map((person) => vault.sealed('people', person.id, person)))),
    ...delta.drops.map(({ id }) => ({ place: 'people' as const, key: id })),
    await vault.sealed('things', 'head', kept),
    await vault.sealed('things', 'session', session.current),
  ])
  copy.take(delta)
  setHead(kept)
  sent = sent.filter(({ id }) => !covered.has(id))
  await keepSent()
  copy.me = { id: owner, name: session.current?.account.name ?? '' }
  phone.people = copy.people.size
  phone.left = delta.drops.length
  return true
}

async function keepForms(): Promise<void> {
  forms = await line.get<FormList>('/forms')
  await vault.keep('things', 'forms', forms)
  for (const { id, version } of copy.head?.forms ?? []) {
    if (versions.get(id) === version) continue
    const form = await line.get<FormDefinition>(`/forms/${encodeURIComponent(id)}`)
    takeForm(form)
    await vault.keep('things', `form:${id}`, form)
  }
}

function outboxLine() {
  return {
    async send(body: Body): Promise<Receipt> {
      const receipt = await line.post<Receipt>('/records', body)
      if (receipt?.id === body.id) await noteSent(body)
      return receipt
    },
    async findTwin({ id, subject, form, happened_on }: Body, known: readonly string[]): Promise<RecordPage | null> {
      const { records } = await line.get<{ records: RecordBrief[] }>(`/residents/${encodeURIComponent(subject)}/records`, { form })
        .catch((error: unknown) => {
          if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return { records: [] } /* moved: the server judges */
          throw error
        })
      const twin = records.find((one) => one.happened_on === happened_on && !one.is_ended && one.id !== id && !known.includes(one.id) && !known.includes(one.amends ?? ''))
      return twin ? line.get<RecordPage>(`/records/${twin.id}`) : null
    },
    async findTheirs({ id }: Body, error: ApiError): Promise<RecordPage | null> {
      const current = (error.problem as { current?: RecordPage } | null)?.current
      if (current) return current
      let stored = await line.get<RecordPage>(`/records/${id}`).catch((failure: unknown) => {
        if (failure instanceof ApiError && !failure.isUnreachable) return null
        throw failure
      })
      while (stored?.amended_by) stored = await line.get<RecordPage>(`/records/${stored.amended_by}`)
      return stored
    },
  }
}

/* ---- In the server's place ---- */

async function stand(method: string, path: string, options: Options, hasFailed: boolean): Promise<unknown> {
  const isKept = phone.kind === 'open' || phone.kind === 'locked'
  if (!isKept || (!hasFailed && !connection.isLost) || !session.current || (path === '/session' && method !== 'GET')) return undefined
  if (hasFailed) lose()
  const own = (await opened()) ? await answer(method, path, options) : undefined
  return own ?? (hasFailed ? undefined : new ApiError(0, 'UNREACHABLE'))
}

async function answer(method: string, path: string, { query = {}, body }: Options): Promise<unknown> {
  if (method === 'POST' && path === '/records') return keepRecord(body as Body)
  if (method !== 'GET') return undefined
  if (path === '/session') return session.current && { ...session.current, today: today() }
  if (!copy.head) return undefined
  const [, first = '', second = '', third = ''] = path.split('/').map(decodeURIComponent)
  switch (`${first}${second && '/'}${third && `/${third}`}`) {
    case 'obligations': return copy.dueList(today(), query)
    case 'residents': return copy.search(String(query['q'] ?? ''), today())
    case 'residents/': return copy.page(second, today())
    case 'residents//charts': return copy.charts(second, today())
    case 'residents//records': return copy.timeline(second, query)
    case 'records/': return copy.record(second)
    case 'forms': return forms
    case 'forms/': return vault.find('things', `form:${second}`)
    case 'forms//context': return copy.context(second, String(query['resident'] ?? ''), today(), query)
    default: return undefined
  }
}

async function keepRecord(body: Body): Promise<Receipt | undefined> {
  const person = copy.people.get(body.subject)
  if (!person) return undefined
  const form = copy.head?.forms.find(({ id }) => id === body.form)?.title ?? { zh: body.form, en: body.form }
  await outbox.add(body, { name: person.resident.name, form, known: copy.knownOn(body.subject, body.form, body.happened_on) })
  await count()
  return { id: body.id, rev: 0, was_known: true, advice: [], obligations: [], is_waiting: true }
}

/* After the doctor's word on something in the outbox. */
export async function changed(): Promise<void> {
  await count()
  dueList.list.isStale = true
  void work()
}

/* ---- Start ---- */

function listen(): void {
  for (const name of ['pointerdown', 'keydown', 'scroll', 'input']) window.addEventListener(name, () => watchman.touch(), { passive: true, capture: true })
  const look = async () => {
    const isTime = watchman.isTime()
    if (clock.look()) await keepClock()
    if (isTime) void lockUp()
    if (document.visibilityState === 'hidden') {
      watchman.hide()
      if (Math.abs(clock.offset) > CLOCK_MOST) await keepClock(false)
    } else watchman.show()
  }
  document.addEventListener('visibilitychange', () => void look())
  setInterval(() => void look(), 5000)
  setInterval(() => void work(), SYNC_EVERY)
  window.addEventListener('online', () => void probe())
  window.addEventListener('offline', () => lose())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && connection.isLost) void probe()
  })
}

/* The clock was set: what it is off by, and when it said what. */
async function keepClock(isSet = true): Promise<void> {
  if (isSet) dueList.list.isStale = true
  if (!vault.isOpen) return
  try {
    const head = await vault.find<KeptHead>('things', 'head')
    if (head) await vault.keep('things', 'head', { ...head, offset: clock.offset, seenAt: Date.now() })
  } catch {
    /* locked meanwhile: kept when it is opened again */
  }
}

let starting: Promise<void> | undefined

export function startPhone(): Promise<void> {
  starting ??= start()
  return starting
}

async function start(): Promise<void> {
  if (!shell.isSafe) {
    phone.kind = 'unsafe'
    return
  }
  try {
    store = await Database.open()
  } catch {
    phone.kind = 'unsafe'
    return
  }
  vault = new Vault(store)
  outbox = new Outbox(vault, store, outboxLine())
  device.fetch = send
  const flag = localStorage.getItem(FLAG)
  await judge()
  if (flag !== null && phone.kind === 'none') {
    phone.lost = Number(flag)
    phone.wiped = 'evicted'
    localStorage.removeItem(FLAG)
  }
  device.stand = stand
  watch(() => session.current?.account.id, () => void judge().then(coverAgain).then(work))
  watch(() => session.current?.csrf, (csrf) => {
    if (!csrf) return
    phone.needsLogin = false
    void work()
  })
  listen()
  await coverAgain()
  if (connection.isLost && phone.kind === 'locked') await opened(false)
  else if (!session.current) await line.request('GET', '/session', { isLogin: true }).catch(() => undefined) /* a revoked phone learns it here */
}

/* The page was covered when it was loaded anew. */
async function coverAgain(): Promise<void> {
  const cover = localStorage.getItem(COVER)
  if (session.current && cover === LEAVES) await endLogin(session.current.csrf)
  else if (session.current && cover === ASKS && phone.kind === 'locked') void opened(false)
}
