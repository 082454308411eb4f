/* Records filled in here and not yet at the server: sent in the order in which they were made, one at a time.
 *
 *            ┌── no answer: again after 2 s, 4 s … 5 min ──┐
 *   waiting ─┴─▶ accepted, or known already ─▶ sent        │
 *            ├─▶ refused   (the doctor corrects it, or drops it)
 *            └─▶ conflict  (the doctor chooses between both)
 *
 * Invariants
 *  1. What stands here leaves by an answer of the server or by the doctor's own word, never by itself.
 *  2. A record is sent with the id that it was made with: sent twice, it is stored once.
 *  3. What is refused or in conflict keeps nobody waiting but what amends it. */
import { reactive } from 'vue'
import { ApiError } from '../core/api'
import type { AnswersJson, ProblemItem, Receipt, RecordPage, Wording } from '../core/types'
import type { Sealed, Vault } from './vault'
import type { Store } from './database'

export type ItemState = 'waiting' | 'refused' | 'conflict' | 'sent'

/* As POST /api/records takes it. */
export interface Body {
  id: string
  form: string
  form_version: string
  subject: string
  happened_on: string
  answers: AnswersJson
  confirmed?: string[]
  performed_by?: string
  facility?: string
  amends?: string
  reason?: string
}

export interface Item {
  id: string
  order: number /* ms of the phone when it was made, always growing */
  madeAt: string
  state: ItemState
  name: string
  form: Wording
  body: Body | null /* none once sent */
  known: string[] /* records of that form and day that the doctor could see */
  isChecked: boolean /* both are to stay */
  problems: ProblemItem[]
  problem: Wording | null
  theirs: RecordPage | null
  sentAt: string
}

/* In the open beside the sealed rest, so that a locked phone can tell how many wait. */
export type Row = Sealed & { state: ItemState; order: number }

export interface Line {
  send(body: Body): Promise<Receipt>
  /* A record of the same form and day that another one made meanwhile; null when there is none. */
  findTwin(body: Body, known: readonly string[]): Promise<RecordPage | null>
  /* What stands in the way of a record that is in conflict. */
  findTheirs(body: Body, error: ApiError): Promise<RecordPage | null>
}

export type Pause = 'none' | 'network' | 'login' | 'done'

const FIRST = 2_000
const MOST = 300_000
const LIFE = 30 * 86_400_000

export function backoff(tries: number): number {
  return Math.min(MOST, FIRST * 2 ** Math.max(0, tries - 1))
}

export class Outbox {
  readonly items = reactive<Item[]>([])
  private tries = 0
  private running: Promise<Pause> | undefined

  constructor(
    private readonly vault: Vault,
    private readonly store: Store,
    private readonly line: Line,
    private readonly now: () => number = Date.now,
  ) {}

  /* ms until it should be tried again by itself */
  get wait(): number {
    return backoff(this.tries)
  }

  async load(): Promise<void> {
    const rows = await this.vault.findAll<Item>('outbox')
    const items = rows.map(([, item]) => item).sort((a, b) => a.order - b.order)
    const old = items.filter((item) => item.state === 'sent' && this.now() - Date.parse(item.sentAt) > LIFE)
    if (old.length > 0) await this.store.write(old.map(({ id }) => ({ place: 'outbox', key: id })))
    this.items.splice(0, this.items.length, ...items.filter((item) => !old.includes(item)))
  }

  clear(): void {
    this.items.splice(0)
  }

  count(state: ItemState): number {
    return this.items.filter((item) => item.state === state).length
  }

  find(id: string): Item | undefined {
    return this.items.find((item) => item.id === id)
  }

  /* The same id again is the same record, corrected: it keeps its place. */
  async add(body: Body, about: { name: string; form: Wording; known: string[] }): Promise<Item> {
    const before = this.find(body.id)
    const last = Math.max(0, ...this.items.map(({ order }) => order))
    const item: Item = {
      ...about, id: body.id, order: before?.order ?? Math.max(this.now(), last + 1), madeAt: new Date(this.now()).toISOString(),
      state: 'waiting', body, isChecked: false, problems: [], problem: null, theirs: null, sentAt: '',
    }
    await this.keep(item)
    this.tries = 0
    return item
  }

  private async keep(item: Item): Promise<void> {
    const row: Row = { ...(await this.vault.seal('outbox', item.id, item)), state: item.state, order: item.order }
    await this.store.write([{ place: 'outbox', key: item.id, value: row }])
    const at = this.items.findIndex(({ id }) => id === item.id)
    if (at < 0) this.items.push(item)
    else this.items[at] = item
  }

  async drop(id: string): Promise<void> {
    await this.store.write([{ place: 'outbox', key: id }])
    const at = this.items.findIndex((item) => item.id === id)
    if (at >= 0) this.items.splice(at, 1)
  }

  /* The server has it, by whatever way. */
  async settle(id: string): Promise<void> {
    const item = this.find(id)
    if (item && item.state !== 'sent') await this.end(item)
  }

  private end(item: Item): Promise<void> {
    return this.keep({ ...item, state: 'sent', body: null, theirs: null, problems: [], problem: null, sentAt: new Date(this.now()).toISOString() })
  }

  /* ---- The doctor's word ---- */

  async again(id: string, isChecked = false): Promise<void> {
    const item = this.find(id)
    if (item?.body) await this.keep({ ...item, state: 'waiting', isChecked: item.isChecked || isChecked, problems: [], problem: null, theirs: null })
  }

  /* Instead of this one another record, on top of what stands in its way. */
  async replace(id: string, body: Body): Promise<void> {
    const item = this.find(id)
    if (!item) return
    await this.keep({ ...item, id: body.id, body, state: 'waiting', isChecked: true, problems: [], problem: null, theirs: null })
    await this.drop(id)
  }

  /* ---- Sending ---- */

  /* One run at a time; whoever asks meanwhile gets that one's end. */
  run(): Promise<Pause> {
    this.running ??= this.sendAll().finally(() => (this.running = undefined))
    return this.running
  }

  private async sendAll(): Promise<Pause> {
    const held = new Set(this.items.filter(({ state }) => state === 'refused' || state === 'conflict').map(({ id }) => id))
    let item: Item | undefined
    const next = () => this.items.filter(({ state, id, body }) => state === 'waiting' && !held.has(id) && !held.has(body?.amends ?? ''))
      .sort((a, b) => a.order - b.order)[0]
    while ((item = next())) {
      const pause = await this.sendOne(item)
      if (pause !== 'none') return pause
      if (this.find(item.id)?.state !== 'sent') held.add(item.id)
    }
    return 'done'
  }

  private async sendOne(item: Item): Promise<Pause> {
    const body = item.body!
    try {
      const twin = item.isChecked || body.amends ? null : await this.line.findTwin(body, item.known)
      if (twin) {
        await this.keep({ ...item, state: 'conflict', theirs: twin })
        return 'none'
      }
      const receipt = await this.line.send(body)
      if (receipt?.id !== body.id) throw new ApiError(0, 'UNREACHABLE') /* not the server's word */
      this.tries = 0
      await this.end(item)
      return 'none'
    } catch (failure) {
      return this.take(item, failure)
    }
  }

  private async take(item: Item, failure: unknown): Promise<Pause> {
    if (!(failure instanceof ApiError) || failure.isUnreachable || failure.status === 429 || failure.status >= 500) {
      this.tries++
      return 'network'
    }
    if (failure.status === 401) return 'login'
    let theirs: RecordPage | null = null
    if (failure.names('RECORD_CONFLICT') || failure.names('RECORD_ENDED')) {
      try {
        theirs = await this.line.findTheirs(item.body!, failure)
      } catch {
        this.tries++
        return 'network'
      }
    }
    await this.keep({
      ...item, state: theirs ? 'conflict' : 'refused', theirs, problems: failure.problem?.problems ?? [], problem: failure.wording,
    })
    return 'none'
  }
}
