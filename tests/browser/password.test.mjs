/* A password that somebody else set: both entries ask for another one before anything else, and then begin. A resident's
 * account, from the slip to his own page. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, logIn } from '../support/server.mjs'
import { ask, DESK, enter, openBrowser, openPage, PHONE, picture, require, startServer } from './support.mjs'

const { AxeBuilder } = require('@axe-core/playwright')

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

test('a resident gets an account at the township and sees his own page, and nobody else', async () => {
  const staff = await openPage(browser)
  await enter(staff, server, 'clinician')
  const { items } = await ask(staff, '/obligations?state=overdue,due&limit=100')
  const { id, name } = items.find(({ resident }) => resident.age >= 18).resident
  await staff.goto(`${server.address}/m.html#/residents/${id}`)
  await staff.locator('.own-make').click()
  await staff.locator('dialog form button[type=submit]').click()
  await staff.locator('.own-slip .own-password').waitFor()
  const first = await staff.locator('.own-password').textContent()
  const login = await staff.locator('.own-slip dd.number').textContent()
  assert.match(login, /^j\d{8}$/)
  await picture(staff, 'own-slip')
  assert.deepEqual(staff.faults, [])
  await staff.context().close()

  const page = await openPage(browser)
  await page.goto(server.address)
  await page.locator('input[autocomplete=username]').fill(login)
  await page.locator('input[type=password]').fill(first)
  await page.locator('form button[type=submit]').click()
  await page.getByText('这是初始密码').waitFor()
  const [present, next, again] = await page.locator('.password-form input').all()
  await present.fill(first)
  await next.fill('a password of mine')
  await again.fill('a password of mine')
  await page.locator('.password-form button').click()
  await page.locator('.own-head h1').waitFor()
  assert.equal(await page.locator('.own-head h1').textContent(), name)
  assert.ok((await page.locator('.obligation').count()) > 0, 'what he is owed')
  for (const staffOnly of ['.own-make', '.reveal-show', '.back-bar']) assert.equal(await page.locator(staffOnly).count(), 0, staffOnly)
  assert.equal(await page.locator('.tabs a').count(), 1)
  await page.locator('#looked-head + button').click()
  await page.locator('.looked-list li').first().waitFor()
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
    assert.deepEqual(violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map((finding) => `${finding.id} ${finding.nodes[0].target}`), [])
  }
  await picture(page, 'own-page')
  await page.locator('.own-account').click()
  await page.getByText(login).first().waitFor()
  await page.locator('a[href="#/"]').first().click()
  await page.locator('.own-head h1').waitFor()
  await page.locator('.record-open').first().click()
  await page.locator('.answers').first().waitFor()
  assert.deepEqual(page.faults, [])
  await page.context().close()
})
