/* What organisations owe, on the phone and at the desk: their list, their page, registering an agreement with fields
 * that find facilities by name, by keyboard alone; both languages, axe, nothing wider than the screen. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, logIn } from '../support/server.mjs'
import { checkPage, DESK, openBrowser, openPage, PHONE, startServer } from './support.mjs'

const PASSWORD = 'a password of its own'

let server, api, browser, hospital, centre

before(async () => {
  server = await startServer({ residents: 1000 })
  api = { url: server.address }
  browser = await openBrowser()
  const admin = await logIn(api, 'admin')
  const { facilities } = (await admin.fetch('/api/facilities')).body
  hospital = facilities.find(({ kind }) => kind === 'county_hospital')
  centre = facilities.find(({ level }) => level === 4)
  for (const [login, { code: facility }] of [['support', hospital], ['receive', centre]]) {
    const made = await admin.fetch('/api/accounts', { method: 'POST', body: { login, name: '钱试用', role: 'organisation_officer', facility } })
    assert.equal(made.status, 200, made.text)
    const first = new Client(api)
    await first.logIn(login, made.body.password)
    const changed = await first.fetch('/api/session/password', { method: 'POST', body: { password: made.body.password, new_password: PASSWORD } })
    assert.equal(changed.status, 204, changed.text)
  }
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function openAs(login, options) {
  const client = new Client(api)
  assert.equal((await client.logIn(login, PASSWORD)).status, 200)
  const [name, value] = client.cookie.split('=')
  const page = await openPage(browser, options)
  await page.context().addCookies([{ name, value, url: server.address }])
  return { client, page }
}

const check = (page, name) => checkPage(page, `organisations-${name}`)

/* Types into a field that refers to somebody, and takes the first that is found, with the keys alone. */
async function pick(page, field, words, name) {
  const input = page.locator(`#field-${field}`)
  await input.focus()
  await input.pressSequentially(words)
  const option = page.locator(`#field-${field}-option-0`, { hasText: name })
  await option.waitFor()
  assert.equal(await input.getAttribute('aria-expanded'), 'true')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  assert.equal(await input.getAttribute('aria-activedescendant'), `field-${field}-option-0`)
  await page.keyboard.press('Enter')
  assert.equal(await input.inputValue(), name)
  assert.equal(await input.getAttribute('aria-expanded'), 'false')
}

test('an agreement is registered on the phone, and what it owes stands in the list of each that owes it', async () => {
  const { client, page } = await openAs('receive')
  await page.goto(`${server.address}/m.html`)
  await page.locator('.due-empty').waitFor()
  await page.locator('.tab', { hasText: '机构' }).click()
  await page.locator('.subject-line').first().waitFor()
  await check(page, 'kinds')
  await page.locator('a', { hasText: '新登记：对口帮扶协议' }).click()
  await page.locator('#field-agreement_name').fill('对口帮扶（试）')
  await page.locator('#field-agreement_no').fill('T-1')
  await pick(page, 'supporting_hospital', hospital.name.slice(1, 5), hospital.name)
  await page.locator('#field-receiving_hospital').pressSequentially('no such place')
  await page.locator('.reference [role=status]', { hasText: '没有找到' }).waitFor()
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('#field-receiving_hospital').inputValue(), '', 'what was typed and not chosen is no answer')
  await page.locator('#field-receiving_hospital').pressSequentially(centre.code)
  await page.locator('#field-receiving_hospital-option-0').waitFor()
  await check(page, 'picker')
  await page.locator('#field-receiving_hospital-option-0').click()
  await page.locator('#field-starts_on').fill('2025-04-01')
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.answers').waitFor()
  await check(page, 'summary')
  assert.match(await page.locator('.answers').innerText(), new RegExp(hospital.name))
  await page.locator('.form-actions .is-primary').click()
  const card = page.locator('.due-card', { hasText: '年度进修' })
  await card.waitFor()
  assert.match(await card.innerText(), /对口帮扶（试）/)
  await check(page, 'list')
  await card.locator('.due-name').click()
  await page.locator('.obligation', { hasText: '年度进修' }).waitFor()
  await check(page, 'page')
  await page.locator('.record-open').click()
  await page.locator('.answers', { hasText: hospital.name }).waitFor()
  const { items } = (await client.fetch('/api/obligations')).body
  assert.ok(items.length > 0 && items.every(({ resident, subject }) => !resident && subject.kind === 'agreement'))
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('its form is filled in from the line, by name of a member of staff, and meets what is owed', async () => {
  const { client, page } = await openAs('receive', { locale: 'en-US' })
  await page.goto(`${server.address}/m.html`)
  const [{ subject }] = (await client.fetch('/api/obligations')).body.items
  const staff = (await client.fetch('/api/subjects/staff?limit=2')).body.items
  for (const [n, { name }] of staff.entries()) {
    await page.goto(`${server.address}/m.html#/form/assistance_trainee?subject=${subject.id}&kind=agreement`)
    await pick(page, 'trainee', name.zh, name.zh)
    await page.locator('#field-began_on').fill('2025-05-01')
    await page.locator('#field-finished_on').fill('2025-05-30')
    await page.locator('.form-actions .is-primary').click()
    await page.locator('.answers').waitFor()
    assert.match(await page.locator('.answers').innerText(), /30/)
    await page.locator('.form-actions .is-primary').click()
    await page.locator('.note.is-ok').waitFor()
    const { obligations } = (await client.fetch(`/api/subjects/agreement/${subject.id}`)).body
    const { state, done } = obligations.find((item) => item.obligation === 'trainees')
    assert.deepEqual([state, done], n === 0 ? ['open', 1] : ['met', 2])
  }
  await page.goto(`${server.address}/m.html#/subjects/agreement/${subject.id}`)
  await page.locator('.record-open', { hasText: staff[0].name.zh }).waitFor()
  await check(page, 'page-en')
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('a draft about an organisation is there after a reload, with the names it refers to', async () => {
  const { page } = await openAs('receive')
  await page.goto(`${server.address}/m.html#/subjects`)
  await page.locator('a', { hasText: '新登记：对口帮扶协议' }).click()
  await pick(page, 'supporting_hospital', hospital.name.slice(0, 4), hospital.name)
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes('assistance_agreement')))
  await page.reload()
  await page.locator('#field-supporting_hospital').waitFor()
  assert.equal(await page.locator('#field-supporting_hospital').inputValue(), hospital.name)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the supporting hospital has its duties at the desk and on a narrow phone (${lang})`, async () => {
    const { page } = await openAs('support', { locale, viewport: DESK })
    await page.goto(`${server.address}/desk.html`)
    const name = page.locator('.desk-name').first()
    await name.waitFor()
    assert.equal(await name.innerText(), '对口帮扶（试）')
    /* What the other side owes stands under its name, and is what the agreement's page says. */
    const others = page.locator('.sides section').first()
    await others.locator('tbody tr').first().waitFor()
    assert.ok((await others.locator('tbody tr').allInnerTexts()).every((row) => row.includes(lang === 'zh' ? centre.name : centre.name_en)))
    assert.equal(await page.locator('.sides-table tbody').count(), 1)
    assert.equal(await page.locator('.bar-menu a[href="#/overview"]').count(), 0, 'numbers by area are of nobody')
    await check(page, `desk-${lang}`)
    await page.setViewportSize({ ...PHONE, width: 320 })
    await check(page, `desk-narrow-${lang}`)
    await page.setViewportSize(DESK)
    const address = await name.getAttribute('href')
    await name.press('Enter')
    await page.locator('.subject-desk tbody tr').first().waitFor()
    const owners = await page.locator('.subject-desk section[aria-labelledby=subject-owed] tbody td:nth-child(2)').allInnerTexts()
    assert.deepEqual(new Set(owners), new Set([hospital, centre].map((one) => (lang === 'zh' ? one.name : one.name_en))))
    await check(page, `subject-desk-${lang}`)
    /* His own page names what stands above, which he does not see: no link that leads nowhere. */
    await page.goto(`${server.address}/desk.html#/subjects/facility/${hospital.code}`)
    await page.locator('.subject-facts').waitFor()
    assert.deepEqual(await page.locator('.subject-path a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))), ['#/subjects'])
    assert.equal(await page.locator('.subject-path span:not([aria-hidden])').count(), 1)
    await page.goto(`${server.address}/desk.html#/subjects/agreement`)
    await page.locator('.subject-table tbody tr').first().waitFor()
    await check(page, `subjects-desk-${lang}`)
    await page.setViewportSize({ ...PHONE, width: 320 })
    await page.goto(`${server.address}/m.html${address}`)
    await page.locator('.obligation').first().waitFor()
    await page.locator('.obligation button').first().click()
    await page.locator('.reasons').first().waitFor()
    await check(page, `narrow-${lang}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}
