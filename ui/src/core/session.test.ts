import { afterEach, expect, test } from 'vitest'
import { device, enterMember, openSession, placeShown, session } from './session'
import type { Session } from './types'

const network = device.fetch
afterEach(() => {
  device.fetch = network
  Object.assign(session, { current: null, member: null })
})
const answer = (account: string) => () => Promise.resolve(new Response(JSON.stringify({ account: { id: account }, place: { code: '996600', name: 'City' } })))

test('a county that was looked into stays with its account, and is left when another one comes back', async () => {
  session.current = { account: { id: 'a' }, place: { code: '996600', name: 'City' } } as Session
  enterMember({ code: '441322', name: { zh: 'County', en: 'A county' } })
  device.fetch = answer('a')
  await openSession()
  expect(placeShown()).toEqual({ code: '441322', name: 'County', name_en: 'A county' })
  device.fetch = answer('b')
  await openSession()
  expect([session.member, placeShown().code]).toEqual([null, '996600'])
})
