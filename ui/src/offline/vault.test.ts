import { expect, test } from 'vitest'
import type { Item } from './outbox'
import { MemoryStore } from './memory-store'
import { packItems, unpackItems } from './transfer'
import { CIPHER, HIDDEN_MOST, IDLE_MOST, measureRounds, TRIES_MOST, Vault, Watchman, type Lock, type Sealed } from './vault'

const ROUNDS = 1000
const OWNER = { account: 'a', login: 'doctor', device: 'd' }

async function made(pin = '482913') {
  const store = new MemoryStore()
  const vault = new Vault(store)
  await vault.create(pin, OWNER, ROUNDS)
  return { store, vault }
}

test('what is kept comes back with the PIN, and nothing of it stands there in the open', async () => {
  const { store, vault } = await made()
  await vault.keep('people', '1', { name: 'Wang Guiying' })
  vault.close()
  expect(vault.isOpen).toBe(false)
  await expect(vault.find('people', '1')).rejects.toThrow('locked')
  const kept = [...store.rows.values()].map((row) => Buffer.from((row as Sealed).data ?? (row as Lock).key.data).toString('latin1')).join()
  expect(kept).not.toContain('Guiying')
  const again = new Vault(store)
  expect(await again.open('482913')).toBe('open')
  expect(await again.find('people', '1')).toEqual({ name: 'Wang Guiying' })
})

test('each row says by which cipher it is sealed, and another cipher is not guessed at', async () => {
  const { store, vault } = await made()
  await vault.keep('people', '1', 1)
  const row = store.rows.get('people/1') as Sealed
  expect(row.cipher).toBe(CIPHER)
  store.rows.set('people/1', { ...row, cipher: 9 })
  await expect(vault.find('people', '1')).rejects.toThrow('cipher 9')
})

test('a row does not open under another id or in another place', async () => {
  const { store, vault } = await made()
  await vault.keep('people', '1', 1)
  store.rows.set('people/2', store.rows.get('people/1'))
  store.rows.set('things/1', store.rows.get('people/1'))
  await expect(vault.find('people', '2')).rejects.toThrow()
  await expect(vault.find('things', '1')).rejects.toThrow()
  expect(await vault.findAll('people')).toEqual([['1', 1]])
})

test('a try is counted before it is judged; a right PIN ends the count, the tenth wrong one erases everything', async () => {
  const { store, vault } = await made()
  await vault.keep('outbox', '1', 1)
  for (let i = 1; i < TRIES_MOST; i++) {
    expect(await vault.open('000000')).toBe('wrong')
    expect((await vault.lock())?.tries).toBe(i)
  }
  expect(await vault.open('482913')).toBe('open')
  expect((await vault.lock())?.tries).toBe(0)
  for (let i = 1; i < TRIES_MOST; i++) await vault.open('000000')
  expect(await vault.open('000000')).toBe('erased')
  expect(store.rows.size).toBe(0)
  expect(vault.isOpen).toBe(false)
  expect(await vault.open('482913')).toBe('none')
})

test('a copied lock opens on no other phone: its secret is not in what is copied', async () => {
  const { store } = await made()
  const lock = store.rows.get('lock/lock') as Lock
  expect(lock.secret.extractable).toBe(false)
  const other = (await made()).store
  other.rows.set('lock/lock', { ...lock, secret: (other.rows.get('lock/lock') as Lock).secret })
  expect(await new Vault(other).open('482913')).toBe('wrong')
})

test('the number of rounds is measured, within limits', async () => {
  const times = [0, 1, 0, 100_000, 0, 100]
  const clock = () => times.shift()!
  expect(await measureRounds(clock)).toBe(2_000_000)
  expect(await measureRounds(clock)).toBe(100_000)
  expect(await measureRounds(clock)).toBe(250_000)
})

test('five minutes without a touch or two minutes out of sight are enough; a clock put back keeps nothing open', () => {
  let now = 1_000_000
  const watchman = new Watchman(() => now)
  now += IDLE_MOST - 1
  expect(watchman.isTime()).toBe(false)
  now += 1
  expect(watchman.isTime()).toBe(true)
  watchman.touch()
  watchman.hide()
  now += HIDDEN_MOST - 1
  watchman.hide()
  expect(watchman.isTime()).toBe(false)
  now += 1
  expect(watchman.isTime()).toBe(true)
  watchman.show()
  expect(watchman.isTime()).toBe(false)
  now -= 3_600_000
  expect(watchman.isTime()).toBe(true)
})

test('a file of what waits opens with its PIN and for its account only', async () => {
  const items = [{ id: '1', name: 'Wang Guiying' }] as Item[]
  const text = await packItems(items, 'a', '482913', ROUNDS)
  expect(text).not.toContain('Guiying')
  expect(await unpackItems(text, 'a', '482913')).toEqual({ items })
  expect(await unpackItems(text, 'a', '482914')).toEqual({ fault: 'wrong' })
  expect(await unpackItems(text, 'b', '482913')).toEqual({ fault: 'account' })
  for (const other of ['', '[]', 'null', '{"format":"x"}']) expect(await unpackItems(other, 'a', '482913')).toEqual({ fault: 'format' })
})
