/* Every page for everybody: no serious or critical finding of axe, both languages, both widths, both colour
 * schemes; nothing wider than the screen down to 320 px; targets large enough. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, checkPage, DESK, enter, openBrowser, openPage, PHONE, startServer } from './support.mjs'

let server, browser

before(async () => {
  server = await startServer()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const SCHEMES = [
  { name: 'zh', locale: 'zh-CN', viewport: PHONE, colorScheme: 'light' },
  { name: 'en', locale: 'en-US', viewport: PHONE, colorScheme: 'light' },
  { name: 'dark', locale: 'zh-CN', viewport: PHONE, colorScheme: 'dark' },
  { name: 'narrow', locale: 'en-US', viewport: { width: 320, height: 640 }, colorScheme: 'light' },
  { name: 'wide', locale: 'zh-CN', viewport: DESK, colorScheme: 'light' },
]

/* Each its own resident: a form begun is kept for the account, and would open where it was left. */
for (const [turn, { name, ...options }] of SCHEMES.entries()) {
  test(`the phone pages are for everybody (${name})`, async () => {
    const page = await openPage(browser, options)
    await page.goto(`${server.address}/m.html`)
    await page.locator('.demo-take').first().waitFor()
    await checkPage(page, `phone-login-${name}`)
    await enter(page, server)
    await page.locator('.due-card').first().waitFor()
    await checkPage(page, `phone-list-${name}`)
    const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=50')
    const residents = new Map(items.filter(({ form }) => form === 'hypertension_followup').map(({ resident }) => [resident.id, resident]))
    const { id, name: called } = [...residents.values()][turn]
    await page.goto(`${server.address}/m.html#/residents/${id}`)
    await page.locator('.obligation button').first().click()
    await page.locator('.reasons').waitFor()
    await checkPage(page, `phone-resident-${name}`)
    const record = await page.locator('.record-open').first().getAttribute('href')
    await page.goto(`${server.address}/m.html${record}`)
    await page.locator('.answers').first().waitFor()
    await checkPage(page, `phone-record-${name}`)
    await page.goto(`${server.address}/m.html#/residents`)
    await page.fill('#search-words', called)
    await page.locator('.found').first().waitFor()
    await checkPage(page, `search-${name}`)
    await page.goto(`${server.address}/m.html#/me`)
    await page.locator('.me-choice').first().waitFor()
    await checkPage(page, `phone-me-${name}`)
    await walkForm(page, id, name)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

/* Each step as it opens, and each with its faults told. */
async function walkForm(page, id, name) {
  await page.goto(`${server.address}/m.html#/form/hypertension_followup?resident=${id}`)
  await page.locator('.form-body').waitFor()
  const forward = () => page.locator('.form-actions .is-primary').click()
  const pick = (field) => page.locator(`fieldset:has(#field-${field}) label.choice`).first().click()
  const steps = [
    { picks: ['mode'], fills: {} },
    { picks: ['symptoms', 'critical_signs'], fills: {} },
    { picks: [], fills: { sbp: '160', dbp: '95', heart_rate: '70', height: '160', weight: '60' } },
    { picks: ['salt', 'mental_adjustment', 'obedience'],
      fills: { cigarettes: '0', alcohol: '0', exercise_times: '0', exercise_times_target: '0' } },
    { picks: ['compliance', 'adverse_reaction', 'new_complication'], fills: {} },
  ]
  for (const [index, step] of steps.entries()) {
    await forward()
    await checkPage(page, `phone-form-${index + 1}-${name}`)
    for (const [field, value] of Object.entries(step.fills)) await page.fill(`#field-${field}`, value)
    for (const field of step.picks) await pick(field)
    await forward()
    await page.waitForFunction((n) => document.querySelectorAll('.form-bar .is-done').length === n, index + 2)
  }
  await checkPage(page, `phone-form-6-${name}`)
  await forward()
  await page.locator('.answers').first().waitFor()
  await checkPage(page, `phone-form-7-${name}`)
}

for (const [name, options] of Object.entries({
  zh: { locale: 'zh-CN', viewport: DESK }, en: { locale: 'en-US', viewport: DESK },
})) {
  test(`the desk pages are for everybody (${name})`, async () => {
    const page = await openPage(browser, options)
    await page.goto(`${server.address}/`)
    await page.waitForURL(/desk\.html/)
    await page.locator('.demo-take').first().waitFor()
    await checkPage(page, `desk-login-${name}`)
    await page.locator('.demo-take[data-login=clinician]').click()
    await page.locator('.desk-table tbody tr').first().waitFor()
    await checkPage(page, `desk-list-${name}`)
    assert.match(await page.locator('.demo-band').innerText(), name === 'zh' ? /\u6f14\u793a\u6570\u636e/ : /Demo data/)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

/* The first page of those who may see no persons, by both entries. */
for (const { name, entry, ...options } of [
  { name: 'zh narrow', entry: 'm.html', locale: 'zh-CN', viewport: { width: 320, height: 640 } },
  { name: 'en dark', entry: 'm.html', locale: 'en-US', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
  { name: 'en desk', entry: 'desk.html', locale: 'en-US', viewport: { width: 768, height: 900 } },
  { name: 'zh desk', entry: 'desk.html', locale: 'zh-CN', viewport: DESK },
]) {
  test(`the county looks at areas and the administrator at the system (${name})`, async () => {
    const page = await openPage(browser, options)
    const begin = async (login) => {
      await page.goto(`${server.address}/${entry}`)
      await page.locator(`.demo-take[data-login=${login}]`).click()
    }
    await begin('county')
    await page.locator('.overview-table tbody tr').first().waitFor()
    await checkPage(page, `areas-${name}`)
    const worst = page.locator('tbody td.is-overdue a').first()
    const n = Number.parseInt(await worst.innerText(), 10)
    await worst.click()
    await page.locator('.overview-path a').waitFor()
    assert.equal(Number.parseInt(await page.locator('.overview-sum.is-overdue dd').innerText(), 10), n)
    await checkPage(page, `villages-${name}`)
    assert.equal(await page.locator('tbody td a').count(), 0, 'a village opens nothing for those who see no persons')
    const sums = () => page.locator('.overview-sum dd').evaluateAll((all) => all.map((one) => Number.parseInt(one.textContent, 10)))
    const [villages, sumsOfVillages] = [await page.locator('.overview-table tbody tr').count(), await sums()]
    await page.locator('.overview-chip.is-way').last().click()
    await page.locator('.overview-chip.is-way[aria-pressed=true]').last().waitFor()
    const clinics = await page.locator('.overview-table th.is-name > .overview-open').allInnerTexts()
    assert.equal(new Set(clinics).size, clinics.length, 'a clinic of several villages is one line')
    assert.ok(clinics.length < villages, `${clinics.length} of ${villages}`)
    assert.deepEqual(await sums(), sumsOfVillages)
    await checkPage(page, `clinics-${name}`)
    await page.locator('.overview-sum.is-overdue a').focus()
    await page.keyboard.press('Enter')
    await page.locator('.overview-row-table tbody tr').first().waitFor()
    assert.equal(await page.locator('.overview-row-table tbody tr').count(), Math.min(50, n), 'as many rows as the number that was opened')
    assert.equal(await page.locator('.overview-row-table').getByText(/\d{4}-\d{2}-\d{2}/).count(), Math.min(50, n))
    await checkPage(page, `rows-${name}`)
    for (const address of ['#/due', '#/residents', '#/system']) {
      await page.goto(`${server.address}/${entry}${address}`)
      await page.locator('.overview-table tbody tr').first().waitFor()
    }
    await page.evaluate(() => fetch('/api/session').then((answer) => answer.json()).then(({ csrf }) => fetch('/api/session', { method: 'DELETE', headers: { 'X-CSRF': csrf } })))
    await page.goto('about:blank')
    await begin('admin')
    await page.locator('.system-cards').waitFor()
    await checkPage(page, `system-${name}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

test('the table of areas is sorted by keyboard, saved as a file, and leads a clinician to the list of a village', async () => {
  const page = await openPage(browser, { viewport: DESK, acceptDownloads: true })
  await page.goto(`${server.address}/desk.html`)
  await page.locator('.demo-take[data-login=clinician]').click()
  await page.locator('.bar-menu a', { hasText: '\u6982\u51b5' }).click()
  await page.locator('.overview-table tbody tr').first().waitFor()
  const column = async (kind) => (await page.locator(`tbody td.is-${kind}`).allInnerTexts()).map((text) => Number.parseInt(text, 10))
  const overdue = await column('overdue')
  assert.deepEqual(overdue, overdue.slice().sort((a, b) => b - a))
  await page.locator('th.is-due button').focus()
  await page.keyboard.press('Enter')
  await page.locator('th.is-due[aria-sort=descending]').waitFor()
  const due = await column('due')
  assert.deepEqual(due, due.slice().sort((a, b) => b - a))
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('.page-head button').click()])
  assert.match(download.suggestedFilename(), /^overview-\d{9}-2025-06-30\.csv$/)
  await page.locator('th.is-overdue button').click()
  const worst = page.locator('tbody td.is-overdue a').first()
  const n = Number.parseInt(await worst.innerText(), 10)
  await worst.click()
  await page.locator('.desk-table tbody tr').first().waitFor()
  await page.waitForFunction((wanted) => document.querySelectorAll('.desk-table tbody tr').length === wanted, n)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('the desk works by keyboard: log in, filter, open a village', async () => {
  const page = await openPage(browser, { viewport: DESK })
  await page.goto(`${server.address}/desk.html`)
  await page.locator('#login-name').waitFor()
  const demo = await (await fetch(`${server.address}/api/demo`)).json()
  const { login, password } = demo.accounts.find((account) => account.login === 'clinician')
  const tabTo = async (selector) => {
    for (let i = 0; i < 30; i++) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`${selector} is not reached by Tab`)
  }
  await tabTo('#login-name')
  await page.keyboard.type(login)
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.locator('.desk-table tbody tr').first().waitFor()
  await page.locator('.bar-skip').focus()
  await page.keyboard.press('Enter') /* past the menu */
  assert.equal(await page.evaluate(() => document.activeElement?.closest('main')?.id), 'main')
  await tabTo('.desk-state.is-overdue')
  await page.keyboard.press('Enter')
  await page.locator('.desk-state.is-overdue[aria-pressed=true]').waitFor()
  await tabTo('.desk-name')
  await page.context().close()
})

test('what is tapped on the phone is at least 48 px high', async () => {
  const page = await openPage(browser)
  await enter(page, server)
  await page.locator('.due-card').first().waitFor()
  const measure = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('button, a.button, a.tab, .input, label.choice')]
        .filter((element) => element.offsetParent !== null)
        .filter((element) => element.getBoundingClientRect().height < 47.5)
        .map((element) => element.className + ' ' + element.innerText),
    )
  assert.deepEqual(await measure(), [])
  await page.locator('.due-start').first().click()
  await page.locator('.form-body').waitFor()
  assert.deepEqual(await measure(), [])
  await page.context().close()
})
