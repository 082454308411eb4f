/* Drafts: what was typed and not yet sent, kept on this device per account, resident and form. They hold
 * answers only, no names; they end when the record is sent, at logout, or after 14 days. */
import type { Answers } from './form-module'

export interface Draft {
  id: string /* of the record to be */
  happenedOn: string
  answers: Answers
  touched: string[]
  confirmed: string[]
  step: number
  reason: string
  performer?: string /* who served; without: the writer */
  syncedAt?: string /* when the server last had it from here, or gave it */
  isDirty?: boolean /* changed since */
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

const PREFIX = 'catchment.draft.'
const LIFE = 14 * 86_400_000

export class Drafts {
  constructor(
    private readonly store: Store,
    private readonly now: () => number = Date.now,
  ) {}

  private key(account: string, resident: string, form: string): string {
    return `${PREFIX}${account}.${resident}.${form}`
  }

  read(account: string, resident: string, form: string): Draft | null {
    const key = this.key(account, resident, form)
    try {
      const text = this.store.getItem(key)
      if (text === null) return null
      const kept = JSON.parse(text) as { savedAt: number; draft: Draft }
      if (this.now() - kept.savedAt > LIFE) {
        this.store.removeItem(key)
        return null
      }
      return kept.draft
    } catch {
      return null
    }
  }

  /* A full or forbidden store loses the draft, never the form in hand. */
  write(account: string, resident: string, form: string, draft: Draft): boolean {
    try {
      this.store.setItem(this.key(account, resident, form), JSON.stringify({ savedAt: this.now(), draft }))
      return true
    } catch {
      return false
    }
  }

  remove(account: string, resident: string, form: string): void {
    try {
      this.store.removeItem(this.key(account, resident, form))
    } catch {
      /* nothing kept, nothing to remove */
    }
  }

  /* "resident.form" of every draft of the account. */
  list(account: string): string[] {
    const prefix = `${PREFIX}${account}.`
    return this.keys(prefix).map((key) => key.slice(prefix.length))
  }

  removeAll(account: string): void {
    for (const key of this.keys(`${PREFIX}${account}.`)) this.store.removeItem(key)
  }

  private keys(prefix: string): string[] {
    const keys: string[] = []
    try {
      for (let i = 0; i < this.store.length; i++) {
        const key = this.store.key(i)
        if (key?.startsWith(prefix)) keys.push(key)
      }
    } catch {
      return []
    }
    return keys
  }
}

export const drafts = new Drafts(
  typeof localStorage === 'undefined'
    ? { getItem: () => null, setItem: () => undefined, removeItem: () => undefined, key: () => null, length: 0 }
    : localStorage,
)
