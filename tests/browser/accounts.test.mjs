/* Accounts at a desk: opened, reset with a slip to print, shut and opened, given another post, their sessions, staff of
 * a sheet; one's own sessions on phone and desk. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, checkPage, DESK, enter, openBrowser, openPage, picture, startServer } from './support.mjs'

const LONG = '\u9686'.repeat(50)

let server, browser

before(async () => {
  server = await startServer({ residents: 2000 })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function begin(options = {}, address = 'desk.html', login = 'township') {
  const page = await openPage(browser, { viewport: DESK, ...options })
  await page.goto(`${server.address}/${address}`)
  await page.locator(`.demo-take[data-login=${login}]`).click()
  return page
}

async function accounts(options) {
  const page = await begin(options, 'desk.html#/accounts')
  await page.locator('.accounts-table tbody tr').first().waitFor()
  return page
}

/* Whether the login and the password open anything. */
async function opens(login, password) {
  const answer = await fetch(`${server.address}/api/session`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', Origin: server.address }, body: JSON.stringify({ login, password }),
  })
  return answer.status === 200
}

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`an account is opened, printed, reset, shut and opened, and its sessions are ended (${lang})`, async () => {
    const login = `trial.${lang}`
    const page = await accounts({ locale })
    await checkPage(page, `accounts-${lang}`)
    await page.locator('.accounts-add').click()
    await page.locator('dialog input[name=login]').fill('doctor')
    await page.locator('dialog input[name=name]').fill(LONG)
    await page.locator('dialog select[name=role]').selectOption('nurse')
    await page.locator('dialog select[name=facility]').selectOption({ index: 1 })
    await page.locator('dialog button[type=submit]').click()
    await page.locator('dialog [role=alert]').waitFor()
    await checkPage(page, `accounts-taken-${lang}`)
    await page.locator('dialog input[name=login]').fill(login)
    await page.locator('dialog button[type=submit]').click()
    await page.locator('.slip').waitFor()
    await checkPage(page, `slip-${lang}`)
    await page.emulateMedia({ media: 'print' })
    assert.equal(await page.locator('.bar').isVisible(), false)
    assert.equal(await page.locator('.slips-top').isVisible(), false)
    await picture(page, `slip-printed-${lang}`)
    await page.emulateMedia({ media: 'screen' })
    const first = await page.locator('.slip-password').innerText()
    assert.equal(await page.locator('.slip-login').innerText(), login)
    assert.equal(await opens(login, first), true)
    await page.locator('.slips-done').click()

    await page.locator('.accounts-filters input').fill(login)
    const row = page.locator('.accounts-table tbody tr')
    await row.filter({ hasText: LONG }).waitFor()
    assert.equal(await row.count(), 1)
    await checkPage(page, `accounts-long-${lang}`)
    await row.locator('.accounts-acts button').nth(2).click()
    await page.locator('dialog .session-row').first().waitFor()
    await checkPage(page, `sessions-${lang}`)
    await page.locator('dialog .button.is-danger').click()
    await page.locator('dialog .session-row').first().waitFor({ state: 'detached' })
    await page.locator('dialog button').last().click()

    await row.locator('.accounts-acts button').first().click()
    await checkPage(page, `reset-${lang}`)
    await page.locator('.accounts-sure').click()
    await page.locator('.slip').waitFor()
    const second = await page.locator('.slip-password').innerText()
    assert.deepEqual([await opens(login, first), await opens(login, second)], [false, true])
    await page.locator('.slips-done').click()
    await page.locator('.accounts-filters input').fill(login)

    await row.locator('.accounts-acts button').last().click()
    await checkPage(page, `disable-${lang}`)
    await page.locator('.accounts-sure').click()
    await row.filter({ hasText: lang === 'zh' ? /\u5df2\u505c\u7528/ : /disabled/ }).waitFor()
    assert.equal(await opens(login, second), false)
    await row.locator('.accounts-acts button').last().click()
    await row.filter({ hasText: lang === 'zh' ? /\u521d\u59cb\u5bc6\u7801/ : /first password/ }).waitFor()
    assert.equal(await opens(login, second), true)

    await row.locator('.accounts-acts button').nth(1).click()
    await page.locator('dialog select[name=role]').selectOption('physician')
    await page.locator('dialog button[type=submit]').click()
    await row.filter({ hasText: lang === 'zh' ? /\u6267\u4e1a\u533b\u5e08/ : /Physician/ }).waitFor()
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

test('staff of a sheet are looked at whole first, then imported, and each who logs in has a slip', async () => {
  const page = await accounts()
  const { items } = await ask(page, '/accounts')
  const at = items.find(({ role }) => role === 'village_doctor').facility
  await page.locator('.accounts-import').click()
  const file = (text) => ({ name: 'staff.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  const head = '\u4eba\u5458\u7f16\u53f7,\u59d3\u540d,\u673a\u6784,\u5c97\u4f4d\u7c7b\u522b,\u5230\u5c97\u65e5,\u8d26\u53f7,\u6743\u9650\u5c97\u4f4d\n'
  await page.locator('.import-file').setInputFiles(file(`${head}Z1,\u8d75\u4e00,${at},village_doctor,2025-13-01,zhao.one,village_doctor\nZ2,,${at},village_doctor,2025-01-01,,\n`))
  await page.locator('.import-faults li').nth(1).waitFor()
  assert.match(await page.locator('.import-faults').innerText(), /2:valid_from[\s\S]*3:name/)
  await checkPage(page, 'import-faults')
  await page.locator('.import-file').setInputFiles(file(`${head}Z1,\u8d75\u4e00,${at},village_doctor,2025-01-01,zhao.one,village_doctor\nZ2,\u94b1\u4e8c,${at},nurse,2025-01-01,,\n`))
  await page.locator('.import-store').waitFor()
  await checkPage(page, 'import-right')
  assert.ok(!(await ask(page, '/accounts')).items.some(({ login }) => login === 'zhao.one'))
  await page.locator('.import-store').click()
  await page.locator('.slip').waitFor()
  await checkPage(page, 'import-slips')
  assert.equal(await page.locator('.slip').count(), 1)
  assert.equal(await opens('zhao.one', await page.locator('.slip-password').innerText()), true)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('the accounts wait, fail, and are tried again', async () => {
  const page = await begin({}, 'desk.html#/catchments')
  let reply = () => {}
  await page.route('**/api/accounts*', (asked) => reply(asked))
  await page.locator('.bar-menu a[href="#/accounts"]').click()
  await page.locator('.skeleton').first().waitFor()
  await checkPage(page, 'accounts-waiting')
  reply = (asked) => asked.abort()
  await page.reload()
  await page.locator('.note.is-danger button').waitFor()
  await checkPage(page, 'accounts-failing')
  reply = (asked) => asked.continue()
  await page.locator('.note.is-danger button').click()
  await page.locator('.accounts-table tbody tr').first().waitFor()
  await page.locator('.accounts-filters input').fill('nobody of this name')
  await page.locator('.accounts-table tbody tr').first().waitFor({ state: 'detached' })
  await checkPage(page, 'accounts-none')
  await page.context().close()
})

for (const [size, viewport] of Object.entries({ phone: { width: 360, height: 740 }, desk: DESK })) {
  test(`somebody ends his other sessions, and this one goes on (${size})`, async () => {
    const other = await openPage(browser)
    await enter(other, server)
    const page = await begin({ viewport }, size === 'phone' ? 'm.html#/me' : 'desk.html', 'doctor')
    if (size === 'desk') await page.locator('.bar-leave').first().click()
    await page.locator('.own-sessions button').click()
    await page.locator('.session-end').first().waitFor()
    await checkPage(page, `own-sessions-${size}`)
    const before = await page.locator('.session-row').count()
    await page.locator('.session-end').first().click()
    await page.waitForFunction((n) => document.querySelectorAll('.session-row').length < n, before)
    assert.ok((await ask(page, '/session')).account)
    assert.equal(await other.evaluate(async () => (await fetch('/api/session')).status), 401)
    assert.deepEqual(page.faults, [])
    await page.context().close()
    await other.context().close()
  })
}
