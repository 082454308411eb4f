import { expect, test } from 'vitest'
import { Api, ApiError, type ApiHost } from './api'

interface Call {
  url: string
  init: RequestInit
}

function setUp(answers: (Response | Error)[], host: Partial<ApiHost> = {}) {
  const calls: Call[] = []
  const send = ((url: string, init: RequestInit) => {
    calls.push({ url, init })
    const answer = answers.shift()!
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }) as typeof fetch
  const api = new Api(send, {
    csrf: () => 'token', language: () => 'en', account: () => 'me',
    reauthenticate: () => Promise.resolve(false), refresh: () => Promise.resolve(false), ...host,
  })
  return { api, calls }
}

function problem(status: number, code: string, problems: unknown[] = []): Response {
  return new Response(JSON.stringify({ status, code, titles: { zh: 'zh', en: 'en' }, problems }), { status })
}

test('queries leave out what is empty and encode the rest', async () => {
  const { api, calls } = setUp([Response.json({})])
  await api.get('/residents', { q: 'a&b', area: '', after: undefined, limit: 5 })
  expect(calls[0]?.url).toBe('/api/residents?q=a%26b&limit=5')
  expect((calls[0]?.init.headers as Record<string, string>)['Accept-Language']).toBe('en')
})

test('only writes carry the CSRF token', async () => {
  const { api, calls } = setUp([Response.json({}), Response.json({})])
  await api.get('/x')
  await api.post('/x', { a: 1 })
  const headers = calls.map((call) => call.init.headers as Record<string, string>)
  expect(headers[0]).not.toHaveProperty('X-CSRF')
  expect(headers[1]).toMatchObject({ 'X-CSRF': 'token', 'Content-Type': 'application/json' })
  expect(calls[1]?.init.body).toBe('{"a":1}')
})

test('a problem document becomes an error with its code and words', async () => {
  const item = { code: 'FIELD_REQUIRED', where: '/answers/sbp', text: { zh: 'a', en: 'b' } }
  const { api } = setUp([problem(422, 'ERR_INVALID', [item])])
  const error = (await api.post('/records', {}).catch((e: unknown) => e)) as ApiError
  expect(error).toBeInstanceOf(ApiError)
  expect([error.status, error.code, error.wording?.en]).toEqual([422, 'ERR_INVALID', 'b'])
})

test('no answer and an answer without JSON are told apart', async () => {
  const { api } = setUp([new TypeError('network'), new Response('<html>', { status: 502 })])
  const first = (await api.get('/x').catch((e: unknown) => e)) as ApiError
  const second = (await api.get('/x').catch((e: unknown) => e)) as ApiError
  expect(first.isUnreachable).toBe(true)
  expect([second.isUnreachable, second.code]).toEqual([false, 'HTTP_502'])
})

test('a request that finds the login expired is sent again after a new login', async () => {
  const { api, calls } = setUp([problem(401, 'ERR_UNAUTHENTICATED'), Response.json({ ok: 1 })], {
    reauthenticate: () => Promise.resolve(true),
  })
  await expect(api.post('/records', { id: 'a' })).resolves.toEqual({ ok: 1 })
  expect(calls.map((call) => call.init.body)).toEqual(['{"id":"a"}', '{"id":"a"}'])
})

test('a wrong password is an answer, not an expired login', async () => {
  let asked = 0
  const { api } = setUp([problem(401, 'ERR_UNAUTHENTICATED')], { reauthenticate: () => Promise.resolve(++asked > 0) })
  await expect(api.request('POST', '/session', { isLogin: true })).rejects.toThrow('ERR_UNAUTHENTICATED')
  expect(asked).toBe(0)
})

test('a stale token is fetched anew once', async () => {
  const stale = () => problem(403, 'ERR_FORBIDDEN', [{ code: 'CSRF_WRONG', text: { zh: 'a', en: 'b' } }])
  const { api, calls } = setUp([stale(), stale()], { refresh: () => Promise.resolve(true) })
  await expect(api.post('/records', {})).rejects.toThrow('ERR_FORBIDDEN')
  expect(calls).toHaveLength(2)
})

test('every request but those about the login names whose page it is, and keeps to it when it is sent again', async () => {
  let account = 'first'
  const { api, calls } = setUp([problem(403, 'FORBIDDEN', [{ code: 'CSRF_WRONG' }]), Response.json({}), Response.json({})], {
    account: () => account,
    refresh() {
      account = 'second' /* somebody else has logged in in another tab */
      return Promise.resolve(true)
    },
  })
  await api.post('/records', {})
  await api.request('GET', '/session', { isLogin: true })
  const named = calls.map(({ init }) => (init.headers as Record<string, string>)['Catchment-Account'])
  expect(named).toEqual(['first', 'first', undefined])
})

test('an answer that is no JSON is not the server\'s', async () => {
  const { api } = setUp([new Response('<html>log in to the network</html>', { status: 200 })])
  await expect(api.post('/records', {})).rejects.toMatchObject({ isUnreachable: true })
})
