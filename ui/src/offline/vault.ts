/* What is kept on the phone is unreadable without its PIN.
 *
 * A random key (AES-256-GCM) seals every row, with the row's place and id as associated data, so that rows cannot be exchanged. That key
 * is sealed itself by one made of the PIN (PBKDF2-SHA256, as many rounds as this phone does in half a second) and of a secret of this
 * phone that the browser uses but never gives away: a copied database alone cannot be tried with all PINs.
 *
 * Invariants
 *  1. Keys are in memory only, from the right PIN to close().
 *  2. A try is counted before it is judged; the tenth wrong one erases the keys and what they sealed.
 *  3. Every row says by which cipher it is sealed. */
import type { Change, Place, Store } from './database'

export const TRIES_MOST = 10
export const CIPHER = 1 /* AES-256-GCM, 12 bytes of nonce in front */

export interface Sealed {
  cipher: number
  data: ArrayBuffer
}

/* Kept in the open: whose phone this is, and what opens it together with the PIN. */
export interface Lock {
  account: string
  login: string
  device: string
  salt: Uint8Array
  rounds: number
  secret: CryptoKey
  key: Sealed
  tries: number
}

export type Owner = Pick<Lock, 'account' | 'login' | 'device'>
export type Opening = 'open' | 'wrong' | 'erased' | 'none'

const NONCE = 12
const LOCK = 'lock'
const ROUNDS_LEAST = 100_000
const ROUNDS_MOST = 2_000_000
const WAIT = 500
const text = new TextEncoder()

export function isPin(pin: string): boolean {
  return /^\d{6}$/.test(pin)
}

async function stretch(pin: string, salt: Uint8Array, rounds: number): Promise<ArrayBuffer> {
  const material = await crypto.subtle.importKey('raw', text.encode(pin), 'PBKDF2', false, ['deriveBits'])
  return crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: salt as BufferSource, iterations: rounds }, material, 256)
}

/* So many rounds that a try takes this phone half a second. */
export async function measureRounds(now: () => number = () => performance.now()): Promise<number> {
  const sample = 50_000
  const before = now()
  await stretch('000000', new Uint8Array(16), sample)
  const rounds = (sample * WAIT) / Math.max(1, now() - before)
  return Math.round(Math.min(ROUNDS_MOST, Math.max(ROUNDS_LEAST, rounds)))
}

async function keyOfPin(pin: string, salt: Uint8Array, rounds: number, secret: CryptoKey): Promise<CryptoKey> {
  const mixed = await crypto.subtle.sign('HMAC', secret, await stretch(pin, salt, rounds))
  return crypto.subtle.importKey('raw', mixed, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function sealBytes(key: CryptoKey, about: string, bytes: BufferSource): Promise<Sealed> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: text.encode(about) }, key, bytes)
  const data = new Uint8Array(NONCE + sealed.byteLength)
  data.set(nonce)
  data.set(new Uint8Array(sealed), NONCE)
  return { cipher: CIPHER, data: data.buffer }
}

async function unsealBytes(key: CryptoKey, about: string, row: Sealed): Promise<ArrayBuffer> {
  if (row.cipher !== CIPHER) throw new Error(`cipher ${row.cipher} is not known`)
  const nonce = new Uint8Array(row.data, 0, NONCE)
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce, additionalData: text.encode(about) }, key, row.data.slice(NONCE))
}

async function keyOfPinAlone(pin: string, salt: Uint8Array, rounds: number): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', await stretch(pin, salt, rounds), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/* For what leaves the phone: the PIN alone opens it. */
export async function sealWith(pin: string, salt: Uint8Array, rounds: number, about: string, words: string): Promise<Sealed> {
  return sealBytes(await keyOfPinAlone(pin, salt, rounds), about, text.encode(words) as BufferSource)
}

export async function openWith(pin: string, salt: Uint8Array, rounds: number, about: string, row: Sealed): Promise<string> {
  return new TextDecoder().decode(await unsealBytes(await keyOfPinAlone(pin, salt, rounds), about, row))
}

export class Vault {
  private key: CryptoKey | undefined

  constructor(private readonly store: Store) {}

  get isOpen(): boolean {
    return this.key !== undefined
  }

  lock(): Promise<Lock | undefined> {
    return this.store.read<Lock>('lock', LOCK)
  }

  /* Begins anew, open: whatever was kept before goes. */
  async create(pin: string, owner: Owner, rounds?: number): Promise<void> {
    const raw = crypto.getRandomValues(new Uint8Array(32))
    const secret = (await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])) as CryptoKey
    const lock = await this.locked(raw, pin, rounds ?? (await measureRounds()), { ...owner, secret })
    await this.store.write([{ place: 'people' }, { place: 'things' }, { place: 'outbox' }, { place: 'lock', key: LOCK, value: lock }])
    this.key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
    raw.fill(0)
  }

  private async locked(raw: Uint8Array, pin: string, rounds: number, owner: Owner & { secret: CryptoKey }): Promise<Lock> {
    const salt = crypto.getRandomValues(new Uint8Array(16))
    const key = await sealBytes(await keyOfPin(pin, salt, rounds, owner.secret), LOCK, raw as BufferSource)
    return { ...owner, salt, rounds, key, tries: 0 }
  }

  async open(pin: string): Promise<Opening> {
    const lock = await this.lock()
    if (!lock) return 'none'
    const tries = lock.tries + 1
    await this.store.write([{ place: 'lock', key: LOCK, value: { ...lock, tries } }])
    const raw = await unsealBytes(await keyOfPin(pin, lock.salt, lock.rounds, lock.secret), LOCK, lock.key).catch(() => null)
    if (!raw) {
      if (tries < TRIES_MOST) return 'wrong'
      await this.erase()
      return 'erased'
    }
    await this.store.write([{ place: 'lock', key: LOCK, value: { ...lock, tries: 0 } }])
    this.key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return 'open'
  }

  /* The server knows this phone under another id now. */
  async rename(device: string): Promise<void> {
    const lock = await this.lock()
    if (lock) await this.store.write([{ place: 'lock', key: LOCK, value: { ...lock, device } }])
  }

  close(): void {
    this.key = undefined
  }

  async erase(): Promise<void> {
    this.close()
    await this.store.write([{ place: 'lock' }, { place: 'people' }, { place: 'things' }, { place: 'outbox' }])
  }

  private opened(): CryptoKey {
    if (!this.key) throw new Error('the vault is locked')
    return this.key
  }

  seal(place: Place, id: string, value: unknown): Promise<Sealed> {
    return sealBytes(this.opened(), `${place}/${id}`, text.encode(JSON.stringify(value)) as BufferSource)
  }

  async unseal<T>(place: Place, id: string, row: Sealed): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await unsealBytes(this.opened(), `${place}/${id}`, row))) as T
  }

  async sealed(place: Place, id: string, value: unknown): Promise<Change> {
    return { place, key: id, value: await this.seal(place, id, value) }
  }

  async keep(place: Place, id: string, value: unknown): Promise<void> {
    await this.store.write([await this.sealed(place, id, value)])
  }

  async find<T>(place: Place, id: string): Promise<T | undefined> {
    const row = await this.store.read<Sealed>(place, id)
    return row && this.unseal<T>(place, id, row)
  }

  /* Every row of a place; one that cannot be read is left out. */
  async findAll<T>(place: Place): Promise<[string, T][]> {
    const rows = await this.store.all<Sealed>(place)
    const found = await Promise.all(rows.map(([id, row]) => this.unseal<T>(place, id, row).then((value) => [id, value] as [string, T], () => null)))
    return found.filter((row): row is [string, T] => row !== null)
  }
}

/* ---- When the phone is left alone ---- */

export const IDLE_MOST = 5 * 60_000
export const HIDDEN_MOST = 2 * 60_000

/* Tells whether it is time to lock; asked every few seconds and when the page is looked at again. */
export class Watchman {
  private touchedAt: number
  private hiddenAt: number | undefined

  constructor(private readonly now: () => number = Date.now) {
    this.touchedAt = now()
  }

  touch(): void {
    this.touchedAt = this.now()
  }

  hide(): void {
    this.hiddenAt ??= this.now()
  }

  /* A clock that was put back does not keep it open. */
  isTime(): boolean {
    const at = this.now()
    const isLong = (since: number, most: number) => at - since >= most || at < since
    return isLong(this.touchedAt, IDLE_MOST) || (this.hiddenAt !== undefined && isLong(this.hiddenAt, HIDDEN_MOST))
  }

  show(): void {
    this.hiddenAt = undefined
  }
}
