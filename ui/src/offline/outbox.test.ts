import { beforeEach, expect, test } from 'vitest'
import { ApiError } from '../core/api'
import type { Receipt, RecordPage } from '../core/types'
import { MemoryStore } from './memory-store'
import { backoff, Outbox, type Body, type Row } from './outbox'
import { Vault } from './vault'

type Answer = 'ok' | 'known' | 'other' | ApiError

let store: MemoryStore, vault: Vault, outbox: Outbox, now: number
let sent: string[], answers: Record<string, Answer[]>, twins: Record<string, RecordPage | ApiError>

const body = (id: string, more: Partial<Body> = {}): Body => ({ id, form: 'f', form_version: '1', subject: 's', happened_on: '2025-06-30', answers: { a: 1 }, ...more })
const about = { name: 'Wang', form: { zh: 'F', en: 'F' }, known: [] }
const problem = (status: number, ...codes: string[]) =>
  new ApiError(status, codes[0] ?? 'X', { status, code: codes[0] ?? 'X', problems: codes.map((code) => ({ code, text: { zh: code, en: code } })) })
const states = () => outbox.items.map(({ id, state }) => `${id}:${state}`).join(' ')

function newOutbox(): Outbox {
  return new Outbox(vault, store, {
    send({ id }) {
      sent.push(id)
      const answer = answers[id]?.shift() ?? 'ok'
      return answer instanceof ApiError ? Promise.reject(answer) : Promise.resolve((answer === 'other' ? {} : { id, was_known: answer === 'known' }) as Receipt)
    },
    findTwin({ id }, known) {
      const twin = twins[id]
      if (twin instanceof ApiError) return Promise.reject(twin)
      return Promise.resolve(twin && !known.includes(twin.id) ? twin : null)
    },
    findTheirs: ({ id }) => Promise.resolve(twins[id] as RecordPage ?? null),
  }, () => now)
}

beforeEach(async () => {
  now = Date.parse('2025-06-30T01:00:00Z')
  sent = []
  answers = {}
  twins = {}
  store = new MemoryStore()
  vault = new Vault(store)
  await vault.create('482913', { account: 'a', login: 'l', device: 'd' }, 1000)
  outbox = newOutbox()
})

test('records go in the order in which they were made, also when the clock was put back between', async () => {
  await outbox.add(body('1'), about)
  now -= 86_400_000
  await outbox.add(body('2'), about)
  await outbox.add(body('3'), about)
  outbox = newOutbox()
  await outbox.load()
  expect(await outbox.run()).toBe('done')
  expect(sent).toEqual(['1', '2', '3'])
  expect(states()).toBe('1:sent 2:sent 3:sent')
  expect(outbox.items.every((item) => item.body === null)).toBe(true)
})

test('without an answer it waits 2 s, 4 s ... 5 min, keeps the order and sends the same id again', async () => {
  await outbox.add(body('1'), about)
  await outbox.add(body('2'), about)
  answers['1'] = [new ApiError(0, 'U'), problem(503), problem(429), 'known']
  const waits = []
  while ((await outbox.run()) === 'network') waits.push(outbox.wait)
  expect(waits).toEqual([2000, 4000, 8000])
  expect(sent).toEqual(['1', '1', '1', '1', '2'])
  expect(states()).toBe('1:sent 2:sent')
  expect([1, 8, 9, 50].map(backoff)).toEqual([2000, 256_000, 300_000, 300_000])
})

test('an answer that is no receipt of the record leaves it waiting', async () => {
  await outbox.add(body('1'), about)
  answers['1'] = ['other']
  expect(await outbox.run()).toBe('network')
  expect(states()).toBe('1:waiting')
  expect(await outbox.run()).toBe('done')
  expect(states()).toBe('1:sent')
})

test('an expired login stops the run and loses nothing', async () => {
  await outbox.add(body('1'), about)
  answers['1'] = [problem(401)]
  expect(await outbox.run()).toBe('login')
  expect(states()).toBe('1:waiting')
})

test('a refused record keeps its answers and its reasons, and holds back only what amends it', async () => {
  await outbox.add(body('1'), about)
  await outbox.add(body('2', { amends: '1' }), about)
  await outbox.add(body('3'), about)
  answers['1'] = [problem(422, 'RANGE')]
  expect(await outbox.run()).toBe('done')
  expect(states()).toBe('1:refused 2:waiting 3:sent')
  expect(outbox.find('1')).toMatchObject({ body: { answers: { a: 1 } }, problems: [{ code: 'RANGE' }] })
  await outbox.add(body('1', { answers: { a: 2 } }), about)
  expect(states()).toBe('1:waiting 2:waiting 3:sent')
  expect(await outbox.run()).toBe('done')
  expect(sent).toEqual(['1', '3', '1', '2'])
})

test('the same visit written by another meanwhile is a conflict, unless the doctor could see it', async () => {
  twins['1'] = twins['2'] = { id: 'theirs' } as RecordPage
  await outbox.add(body('1'), about)
  await outbox.add(body('2'), { ...about, known: ['theirs'] })
  await outbox.run()
  expect(states()).toBe('1:conflict 2:sent')
  expect(sent).toEqual(['2'])
  await outbox.again('1', true)
  await outbox.run()
  expect(states()).toBe('1:sent 2:sent')
})

test('a conflict told by the server shows both; what is chosen goes on top under a new id, in its place', async () => {
  await outbox.add(body('1', { amends: '0' }), about)
  await outbox.add(body('2'), about)
  answers['1'] = [problem(409, 'RECORD_ENDED')]
  twins['1'] = { id: '0b' } as RecordPage
  await outbox.run()
  expect(outbox.find('1')).toMatchObject({ state: 'conflict', theirs: { id: '0b' } })
  await outbox.replace('1', body('9', { amends: '0b' }))
  expect(outbox.find('1')).toBeUndefined()
  await outbox.run()
  expect(sent).toEqual(['1', '2', '9'])
})

test('when what stands in the way cannot be read now, it is tried again', async () => {
  await outbox.add(body('1'), about)
  twins['1'] = new ApiError(0, 'U')
  expect(await outbox.run()).toBe('network')
  expect(states()).toBe('1:waiting')
})

test('a locked phone can count what waits; the rest of a row is sealed', async () => {
  await outbox.add(body('1'), about)
  vault.close()
  const [[, row]] = (await store.all<Row>('outbox')) as [[string, Row]]
  expect(Object.keys(row).sort()).toEqual(['cipher', 'data', 'order', 'state'])
  expect(row.state).toBe('waiting')
})

test('what was sent is forgotten after thirty days, what was not stays', async () => {
  await outbox.add(body('1'), about)
  await outbox.run()
  await outbox.add(body('2'), about)
  now += 31 * 86_400_000
  await outbox.load()
  expect(states()).toBe('2:waiting')
  await outbox.drop('2')
  expect(store.rows.has('outbox/2')).toBe(false)
})

test('two runs at once send once', async () => {
  await outbox.add(body('1'), about)
  await Promise.all([outbox.run(), outbox.run()])
  expect(sent).toEqual(['1'])
})

test('a record that another way brought to the server is done', async () => {
  await outbox.add(body('1'), about)
  await outbox.settle('1')
  await outbox.settle('none')
  expect(await outbox.run()).toBe('done')
  expect(sent).toEqual([])
})
