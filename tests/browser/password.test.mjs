/* A password that somebody else set: both entries ask for another one before anything else, and then begin. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, logIn } from '../support/server.mjs'
import { DESK, openBrowser, openPage, PHONE, picture, startServer } from './support.mjs'

let server, browser, api

before(async () => {
  server = await startServer({ residents: 2000 })
  api = { url: server.address, port: Number(new URL(server.address).port) }
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function firstPassword() {
  const admin = await logIn(api, 'township')
  const { items } = (await admin.fetch('/api/accounts')).body
  const { id } = items.find(({ login }) => login === 'doctor')
  const { status, body } = await admin.fetch(`/api/accounts/${id}/password`, { method: 'POST', body: {} })
  assert.equal(status, 200)
  return body.password
}

for (const [name, viewport, address] of [['phone', PHONE, '/'], ['desk', DESK, '/desk.html']]) {
  test(`a first password is changed before anything else (${name})`, async () => {
    const first = await firstPassword()
    const page = await openPage(browser, { viewport })
    await page.goto(server.address + address)
    await page.locator('input[autocomplete=username]').fill('doctor')
    await page.locator('input[type=password]').fill(first)
    await page.locator('form button[type=submit]').click()
    await page.getByText('这是初始密码').waitFor()
    await picture(page, `password-${name}`)
    assert.equal(await page.getByRole('navigation').count(), 0, 'no way past it')
    const [present, next, again] = await page.locator('.password-form input').all()
    await present.fill(first)
    await next.fill('a password of mine')
    await again.fill('another one')
    await page.locator('.password-form button').click()
    await page.getByText('两次输入的新密码不一致').waitFor()
    await again.fill('a password of mine')
    await page.locator('.password-form button').click()
    await page.getByText('这是初始密码').waitFor({ state: 'detached' })
    const client = new Client(api)
    assert.equal((await client.logIn('doctor', 'a password of mine')).status, 200)
    assert.equal((await client.fetch('/api/obligations')).status, 200)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}
