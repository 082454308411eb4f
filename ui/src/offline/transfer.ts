/* What waits, as a file that goes to another phone or computer of the same account when this one stays without a network. It is sealed
 * under the PIN alone (the secret of this phone stays here), so the file wants guarding like the papers that it stands for. */
import { measureRounds, openWith, sealWith } from './vault'
import type { Item } from './outbox'

const FORMAT = 'catchment-outbox'

interface Packed {
  format: string
  version: number
  cipher: number
  account: string
  made_at: string
  records: number
  rounds: number
  salt: string
  data: string
}

function toText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

function toBytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
}

export async function packItems(items: readonly Item[], account: string, pin: string, rounds?: number): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const times = rounds ?? (await measureRounds())
  const { cipher, data } = await sealWith(pin, salt, times, FORMAT, JSON.stringify(items))
  const packed: Packed = {
    format: FORMAT, version: 1, cipher, account, made_at: new Date().toISOString(), records: items.length, rounds: times,
    salt: toText(salt), data: toText(new Uint8Array(data)),
  }
  return JSON.stringify(packed)
}

export type Unpacked = { items: Item[] } | { fault: 'format' | 'account' | 'wrong' }

export async function unpackItems(text: string, account: string, pin: string): Promise<Unpacked> {
  let packed: Packed
  try {
    packed = JSON.parse(text) as Packed
  } catch {
    return { fault: 'format' }
  }
  if (packed?.format !== FORMAT || packed.version !== 1) return { fault: 'format' }
  if (packed.account !== account) return { fault: 'account' }
  try {
    const row = { cipher: packed.cipher, data: toBytes(packed.data).buffer as ArrayBuffer }
    return { items: JSON.parse(await openWith(pin, toBytes(packed.salt), packed.rounds, FORMAT, row)) as Item[] }
  } catch {
    return { fault: 'wrong' }
  }
}
