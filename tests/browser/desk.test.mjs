/* The desk of a township, in one county: worklists with their filters, numbers, views, file, keyboard and print;
 * lives of residents: registering, moving, households, death, what is taken back, duplicates;
 * who answers for which village, and leave; who has a health record; how far the grid service covers, and the doctor of an
 * address. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { attempt } from '../support/county.mjs'
import { logIn } from '../support/server.mjs'
import { DESK, PHONE, ask, checkPage as look, openBrowser, openPage, startServer } from './support.mjs'

const ROWS = '.desk-table tbody tr'

let server, browser

before(async () => {
  server = await startServer({ residents: 6000 })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function begin(address = '', { login = 'clinician', locale = 'zh-CN', ...options } = {}) {
  const page = await openPage(browser, { locale, viewport: DESK, ...options })
  await page.goto(`${server.address}/desk.html${address}`)
  await page.locator(`.demo-take[data-login=${login}]`).click()
  await page.locator('.bar-leave').first().waitFor()
  return page
}

async function end(page) {
  assert.deepEqual(page.faults, [])
  await page.context().close()
}

const rowsAre = (page, n) => page.waitForFunction(([rows, wanted]) => document.querySelectorAll(rows).length === wanted && !document.querySelector('.is-loading'), [ROWS, n])

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`every number of a worklist opens its list, and the address keeps it (${lang})`, async () => {
    const page = await begin('', { locale })
    await page.locator(ROWS).first().waitFor()
    await look(page, `worklist-${lang}`)
    for (const state of ['overdue', 'due', 'done']) {
      const button = page.locator(`.desk-state.is-${state}`)
      await button.click()
      await rowsAre(page, Math.min(50, Number(await button.locator('strong').innerText())))
    }
    const waived = page.locator('.desk-state.is-waived')
    await waived.click()
    await rowsAre(page, Math.min(50, Number(await waived.locator('strong').innerText())))
    const overdue = page.locator('.desk-state.is-overdue')
    await overdue.click()
    await rowsAre(page, Math.min(50, Number(await overdue.locator('strong').innerText())))
    const village = page.locator('.facet').first().locator('.facet-item').first()
    const n = Math.min(50, Number(await village.locator('.facet-n').innerText()))
    await village.click()
    await rowsAre(page, n)
    await page.locator('.work-chip').waitFor()
    await look(page, `worklist-village-${lang}`)
    await page.reload()
    await rowsAre(page, n)
    await page.goBack()
    await page.locator('.work-chip').waitFor({ state: 'detached' })
    await end(page)
  })
}

test('a worklist goes by keyboard: find, rows, pages, open', async () => {
  const page = await begin()
  await page.locator(ROWS).first().waitFor()
  await page.keyboard.press('ArrowDown')
  const names = await page.locator('.desk-name').allInnerTexts()
  const at = () => page.evaluate(() => document.activeElement?.textContent)
  assert.equal(await at(), names[0])
  await page.keyboard.press('ArrowDown')
  assert.equal(await at(), names[1])
  await page.keyboard.press('ArrowRight')
  await page.waitForFunction((first) => document.querySelector('.desk-name')?.textContent !== first, names[0])
  await page.keyboard.press('ArrowLeft')
  await page.waitForFunction((first) => document.querySelector('.desk-name')?.textContent === first, names[0])
  await page.keyboard.press('/')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'work-find')
  const all = await page.locator('.facet-item').count()
  await page.keyboard.type(await page.locator('.facet-name').first().innerText())
  assert.ok((await page.locator('.facet-item').count()) < all)
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.facet-item').count(), all)
  await page.keyboard.press('Enter')
  await page.waitForURL(/m\.html#\/residents\//)
  await end(page)
})

test('a worklist is sorted as a whole, and goes into a file as it is shown', async () => {
  const page = await begin('#/due?state=overdue')
  await page.locator(ROWS).first().waitFor()
  await page.locator('th.is-person button').click()
  await page.locator('th.is-person[aria-sort=ascending]').waitFor()
  await page.locator('th.is-person button').click()
  await page.locator('th.is-person[aria-sort=descending]').waitFor()
  await page.waitForFunction(() => !document.querySelector('.is-loading'))
  const ages = (await page.locator('td.is-person .number').allInnerTexts()).map(Number)
  assert.deepEqual(ages, ages.toSorted((a, b) => b - a))
  const saved = page.waitForEvent('download')
  await page.locator('.work-file').click()
  const file = await saved
  assert.match(file.suggestedFilename(), /^worklist-2025-06-30\.csv$/)
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n').slice(1)
  assert.deepEqual(lines.map((line) => line.split(',')[0]), await page.locator('.desk-name').allInnerTexts())
  await end(page)
})

test('a view is kept, shared with a colleague, opened and dropped', async () => {
  const page = await begin('#/due?state=overdue&sort=-due')
  await page.locator(ROWS).first().waitFor()
  await page.locator('.work-save').click()
  await page.fill('dialog input[name=view]', '\u903e\u671f\u6700\u4e45\u7684')
  await page.check('dialog input[type=checkbox]')
  await look(page, 'worklist-view')
  await page.locator('dialog button[type=submit]').click()
  await page.locator('#work-view').waitFor()
  const colleague = await begin('', { login: 'director' })
  assert.ok((await colleague.locator('.bar').boundingBox()).height <= 60, 'the bar of who has the most pages is one line')
  await colleague.locator('#work-view').selectOption({ index: 1 })
  await colleague.locator('.desk-state.is-overdue[aria-pressed=true]').waitFor()
  assert.match(colleague.url(), /sort=-due/)
  assert.equal(await colleague.locator('.work-drop').count(), 0, 'it is not his to drop')
  await end(colleague)
  await page.locator('.work-drop').click()
  await page.locator('.work-sure').click()
  await page.locator('#work-view').waitFor({ state: 'detached' })
  assert.deepEqual((await ask(page, '/worklist/views')).items, [])
  await end(page)
})

test('a worklist says that it failed, keeps what it shows, and tries again', async () => {
  const page = await begin()
  await page.locator(ROWS).first().waitFor()
  await page.route('**/api/worklist*', (request) => request.abort())
  await page.locator('.desk-state.is-overdue').click()
  await page.locator('.work-failed').waitFor()
  await look(page, 'worklist-failed')
  assert.ok((await page.locator(ROWS).count()) > 0)
  await page.unroute('**/api/worklist*')
  await page.locator('.work-failed button').click()
  await page.locator('.work-failed').waitFor({ state: 'detached' })
  await end(page)
})

test('an address behind the last row counts anew and shows the last page', async () => {
  const page = await begin()
  await page.locator(ROWS).first().waitFor()
  const n = Number(await page.locator('.desk-state.is-all strong').innerText())
  assert.ok(n > 20)
  let isOld = true
  await page.route('**/api/worklist/totals*', async (request) => {
    const response = await request.fetch()
    const json = await response.json()
    await request.fulfill({ response, json: isOld ? { ...json, n: n + 1000 } : json })
  })
  await page.reload()
  await page.waitForFunction((all) => document.querySelector('.work-pages')?.textContent.includes(String(all)), n + 1000)
  isOld = false
  await page.evaluate((address) => (location.hash = address), '#/due?limit=20&skip=900')
  const last = Math.floor((n - 1) / 20) * 20
  await rowsAre(page, n - last)
  assert.equal(await page.evaluate(() => location.hash), `#/due?limit=20&skip=${last}`)
  await end(page)
})

test('all of a worklist is printed, without the bars', async () => {
  const page = await begin()
  await page.locator(ROWS).first().waitFor()
  const n = Number(await page.locator('.desk-state.is-all strong').innerText())
  assert.ok(n > 50)
  await page.evaluate(() => {
    window.print = () => {
      window.paper = document.querySelector('.work-on-paper').textContent
      window.rowsPrinted = document.querySelectorAll('.desk-table tbody tr').length
    }
  })
  await page.locator('.work-print').click()
  await page.waitForFunction(() => window.rowsPrinted > 0)
  assert.equal(await page.evaluate(() => window.rowsPrinted), n)
  assert.equal(await page.evaluate(() => window.paper), `印出 ${n} 行，共 ${n} 行`)
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.locator('.bar').isVisible(), false)
  assert.equal(await page.locator('.work-paper').isVisible(), true)
  await end(page)
})

test('at twice the size the filters open above the list, and nothing is cut off', async () => {
  const page = await begin('', { viewport: { width: 683, height: 384 } })
  await page.locator(ROWS).first().waitFor()
  assert.equal(await page.locator('.work-side').isVisible(), false)
  await page.locator('.work-toggle').click()
  await page.locator('.work-side').waitFor()
  await look(page, 'worklist-zoomed')
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth))
  await end(page)
})

/* ---- lives of residents ---- */

const NAME = '\u9648\u6d4b\u8bd5'

async function register(page, { name = NAME, phone = '' } = {}) {
  await page.goto('about:blank')
  await page.goto(`${server.address}/desk.html#/residents/new`)
  await page.locator('#life-area option').nth(1).waitFor({ state: 'attached' })
  await page.locator('#life-area').selectOption({ index: 0 })
  await page.fill('#life-name', name)
  assert.ok((await page.locator('#life-sex option').allInnerTexts()).every((text) => text !== '' && !/\d/.test(text)), 'a sex is a word')
  await page.locator('#life-sex').selectOption('2')
  await page.fill('#life-birth', '1960-05-06')
  if (phone) await page.fill('#life-phone', phone)
  await page.locator('.life-send').click()
  await page.locator('.life-done').waitFor()
}

test('what is typed into a registration outlasts an expired login, and is registered once', async () => {
  const page = await begin('#/residents/new')
  await page.locator('#life-area option').nth(1).waitFor({ state: 'attached' })
  await page.locator('#life-area').selectOption({ index: 0 })
  await page.fill('#life-name', `${NAME}\u591c`)
  await page.locator('#life-sex').selectOption('2')
  await page.fill('#life-birth', '1961-05-06')
  await page.evaluate(() => fetch('/api/session').then((answer) => answer.json()).then(({ csrf }) => fetch('/api/session', { method: 'DELETE', headers: { 'X-CSRF': csrf } })))
  await page.locator('.life-send').click()
  await page.locator('#login-password').fill('catchment-demo')
  await page.locator('.desk-enter').click()
  await page.locator('.life-done').waitFor()
  const { items } = await ask(page, `/residents?q=${encodeURIComponent(`${NAME}\u591c`)}`)
  assert.equal(items.length, 1)
  await end(page)
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`a resident is registered, with refusals at their fields, and found (${lang})`, async () => {
    const page = await begin('#/residents', { locale })
    await page.locator('.picker-words').waitFor()
    await look(page, `residents-${lang}`)
    await page.locator('a[href="#/residents/new"]').click()
    await page.locator('#life-area option').nth(1).waitFor({ state: 'attached' })
    await page.fill('#life-number', '1234')
    await page.locator('#life-sex').selectOption('1')
    await page.locator('.life-send').click()
    await page.locator('#life-number-error').waitFor()
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'life-number')
    await look(page, `register-${lang}`)
    const [number, sex] = lang === 'zh' ? ['996601202402290020', '1'] : ['996601620815003', '2']
    await page.locator('#life-area').selectOption({ index: 0 })
    await page.fill('#life-name', `${NAME}${lang}`)
    await page.fill('#life-number', number)
    await page.locator('#life-sex').selectOption(sex)
    await page.fill('#life-birth', '2000-01-01')
    await page.locator('.life-send').click()
    await page.locator('#life-birth-confirm').waitFor()
    await look(page, `register-card-${lang}`)
    await page.locator('#life-sex-confirm').check()
    await page.locator('#life-birth').fill('2000-01-02')
    await page.locator('#life-birth-confirm').waitFor({ state: 'detached' }) /* typed anew, asked anew */
    await page.locator('.life-send').click()
    await page.locator('#life-birth-confirm').check()
    await page.locator('#life-sex-confirm').check()
    await page.setViewportSize({ width: 390, height: 844 })
    await look(page, `register-card-phone-${lang}`)
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.locator('.life-send').click()
    await page.locator('.life-done').waitFor()
    const name = lang === 'zh' ? '\u53e4\u4e3d\u7c73\u70ed\u00b7\u963f\u535c\u675c\u70ed\u4f9d\u6728\u00b7\u4e70\u4e70\u63d0\u4f9d\u660e' : `${NAME}\u82f1`
    await register(page, { name })
    await page.locator('.life-done .is-primary').click()
    await page.locator('.life-facts').waitFor()
    await look(page, `life-${lang}`)
    await page.goto(`${server.address}/desk.html#/residents`)
    await page.fill('.picker-words', name)
    await page.locator('.picker-one').first().click()
    await page.locator('.life-facts').waitFor()
    assert.ok((await page.locator('h1').innerText()).startsWith(name))
    await end(page)
  })
}

test('a resident moves, gets a household, dies; what was noted wrongly is taken back', async () => {
  const page = await begin('#/residents/new')
  await register(page)
  await page.locator('.life-done .is-primary').click()
  await page.locator('.life-moved').click()
  const there = await page.locator('#event-area').inputValue()
  const other = await page.locator('#event-area option').evaluateAll((options, value) => options.map((one) => one.value).find((one) => one !== value), there)
  await page.locator('#event-area').selectOption(other)
  await page.fill('#event-day', '2025-06-01')
  await page.locator('.event-save').click()
  await page.locator('#event-day-error').waitFor() /* before the registration */
  await page.fill('#event-day', '2025-06-30')
  await look(page, 'life-move')
  await page.locator('.event-save').click()
  await page.locator('.life-undo').click()
  await page.locator('.reason-send').click()
  await page.locator('#reason-text-error').waitFor()
  await page.fill('#reason-text', '\u767b\u8bb0\u9519\u4e86')
  await page.locator('.reason-send').click()
  await page.locator('.life-events .is-ended').waitFor()
  await page.locator('.life-joined').click()
  await page.check('dialog input[type=checkbox]')
  await page.locator('.event-save').click()
  await page.locator('.life-house').waitFor()
  await page.locator('.life-died').click()
  await page.locator('.event-save').click()
  await page.locator('.life-facts .life-error').waitFor()
  assert.equal(await page.locator('.life-moved').count(), 0, 'nothing follows a death')
  await page.locator('.life-undo').click()
  await page.fill('#reason-text', '\u767b\u8bb0\u9519\u4e86')
  await page.locator('.reason-send').click()
  await page.locator('.life-moved').waitFor()
  await look(page, 'life-after')
  await end(page)
})

test('two entries of one person are compared, merged, and taken apart again', async () => {
  const page = await begin('#/residents/new')
  const name = `${NAME}\u91cd`
  await register(page, { name, phone: '13800009966' })
  await register(page, { name, phone: '13800009966' })
  await page.goto(`${server.address}/desk.html#/residents/duplicates`)
  const row = page.locator('tr', { hasText: name }).first()
  await row.locator('.dup-open').click()
  await page.locator('.dup-into').first().waitFor()
  await look(page, 'duplicates')
  await page.locator('.dup-into').first().click()
  await page.fill('#reason-text', '\u91cd\u590d\u5efa\u6863')
  await page.locator('.reason-send').click()
  await page.locator('.dup-undo').waitFor()
  assert.equal(await page.locator('tr', { hasText: name }).count(), 0)
  await page.locator('.dup-undo').click()
  await page.fill('#reason-text', '\u4e0d\u662f\u540c\u4e00\u4eba')
  await page.locator('.reason-send').click()
  await page.locator('tr', { hasText: name }).first().waitFor()
  await page.locator('tr', { hasText: name }).first().locator('.dup-open').click()
  await page.locator('.dup-into').first().click()
  await page.fill('#reason-text', '\u8fd8\u662f\u540c\u4e00\u4eba')
  await page.locator('.reason-send').click()
  await page.locator('.dup-undo').waitFor()
  const { items } = await ask(page, `/residents?q=${encodeURIComponent(name)}`)
  await page.goto(`${server.address}/desk.html#/residents/${items[0].id}`)
  await page.locator('.life-unmerge').click()
  await page.fill('#reason-text', '\u4e0d\u662f\u540c\u4e00\u4eba')
  await page.locator('.reason-send').click()
  await page.locator('.life-unmerge').waitFor({ state: 'detached' })
  await end(page)
})

test('a director looks at lives and changes nothing', async () => {
  const page = await begin('#/residents', { login: 'director' })
  assert.equal(await page.locator('.bar-menu').evaluate((menu) => menu.scrollWidth - menu.clientWidth), 0, 'the name gives way before the menu does')
  await page.locator('.picker-words').waitFor()
  assert.equal(await page.locator('a[href="#/residents/new"], a[href="#/residents/duplicates"]').count(), 0)
  const { items } = await ask(page, '/worklist?limit=1')
  await page.goto(`${server.address}/desk.html#/residents/${items[0].resident.id}`)
  await page.locator('.life-facts').waitFor()
  assert.equal(await page.locator('.life-acts .button').count(), 0)
  await page.locator('.chart, .charts').first().waitFor({ state: 'attached' })
  await end(page)
})

/* ---- catchments and leave ---- */

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`a village is handed over from a day on, checked first; leave gets a substitute (${lang})`, async () => {
    const page = await begin('#/catchments', { login: 'township', locale })
    await page.locator('.catchment-village').nth(1).waitFor()
    await look(page, `catchments-${lang}`)
    const nameless = Number(await page.locator('.is-fault-nameless strong').innerText())
    const village = page.locator('.catchment-village').nth(lang === 'zh' ? 0 : 1)
    await village.locator('input').check()
    for (const box of await page.locator('.catchment-doctors input:checked').all()) await box.uncheck()
    await page.fill('#catchment-from', '2025-07-01')
    await page.locator('.catchment-send').click()
    await page.locator('.catchment-change .note.is-ok').waitFor()
    await look(page, `catchment-checked-${lang}`)
    assert.equal(await page.locator('.is-fault-nameless strong').innerText(), String(nameless), 'checking stores nothing')
    await page.locator('.catchment-send').click()
    await page.locator('.catchment-change .note.is-ok').waitFor()
    await page.fill('.catchment-day', '2025-07-01')
    await page.waitForFunction((n) => Number(document.querySelector('.is-fault-nameless strong').textContent) > n, nameless)
    await page.fill('.catchment-day', '2025-06-30')
    await page.locator('.leave-add').nth(lang === 'zh' ? 0 : 1).click()
    await page.fill('#leave-to', '2025-06-01')
    await page.locator('.leave-save').click()
    await page.locator('dialog [role=alert]').first().waitFor() /* ends before it begins */
    await page.fill('#leave-to', '2025-07-05')
    await page.locator('#leave-substitute').selectOption({ index: 1 })
    await page.locator('.leave-save').click()
    await page.locator('dialog').waitFor({ state: 'detached' })
    await page.locator('.catchment-staff tbody tr', { hasText: '2025-07-05' }).first().waitFor()
    await end(page)
  })
}

test('the map has a tile a village, goes by arrows, and opens who answers', async () => {
  const page = await begin('#/catchments', { login: 'township' })
  await page.locator('.catchment-village').first().waitFor()
  const n = await page.locator('.catchment-village').count()
  await page.locator('.catchment-as-map').click()
  const tiles = page.locator('.map-tile')
  await tiles.first().waitFor()
  assert.equal(await tiles.count(), n)
  await look(page, 'catchment-map')
  await tiles.first().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const chosen = page.locator('.map-tile[aria-pressed=true]')
  const name = await chosen.locator('.map-village').innerText()
  await page.locator('.catchment-looked li', { hasText: name }).waitFor()
  await page.locator('.catchment-as-tree').click()
  assert.ok(await page.locator('.catchment-village', { hasText: name }).locator('input').isChecked())
  await end(page)
})

/* ---- the day's work ---- */

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the day's work of each doctor: by week and day, sorted, opened down to the records, as a file (${lang})`, async () => {
    const page = await begin('#/work?day=2025-06-28&span=week', { login: 'director', locale })
    await page.locator('.day-open').first().waitFor()
    await look(page, `work-week-${lang}`)
    const rows = await page.locator('.day-table tbody tr').count()
    assert.ok(rows > await page.locator('.day-open').count(), 'who recorded nothing is there too')
    const { days } = await ask(page, '/work?from=2025-06-23&until=2025-06-29')
    assert.equal(Number(await page.locator('.day-sums dd').first().innerText()), days.reduce((sum, { records }) => sum + records, 0))
    await page.locator('.day-sort').first().click()
    await page.locator('.day-table th:first-child[aria-sort=ascending]').waitFor()
    const file = page.waitForEvent('download')
    await page.locator('.day-file').click()
    const text = await readFile(await (await file).path(), 'utf8')
    assert.equal(text.trim().split('\r\n').length, days.length + 1)
    await page.locator('.day-open').first().click()
    const link = page.locator('.day-detail a').first()
    const n = Number(await page.locator('.day-detail .day-kind .number').first().innerText())
    await link.click()
    await rowsAre(page, n)
    await page.goto(`${server.address}/desk.html#/work?day=2024-01-01`)
    await page.locator('.day-lines', { hasText: '2024-01-01' }).waitFor()
    await page.locator('.day-frame:not(.is-loading)').waitFor()
    await page.route('**/api/work*', (route) => route.abort())
    await page.locator('.day-before').click()
    await page.locator('.day-failed').waitFor()
    await page.unroute('**/api/work*')
    await page.locator('.day-failed button').click()
    await page.locator('.day-failed').waitFor({ state: 'detached' })
    await page.context().close()
  })
}

test('the table of records begins with a form that has records', async () => {
  const page = await begin('#/tables')
  await page.locator(ROWS).first().waitFor()
  await end(page)
})

test('a village that nobody answers for any more is listed as a gap', async () => {
  const page = await begin('#/catchments', { login: 'township' })
  await page.locator('.catchment-village').nth(1).waitFor()
  const gaps = () => page.locator('.is-fault-gap strong').innerText().then(Number)
  const before = await gaps()
  await page.locator('.catchment-village input').last().check()
  await page.fill('#catchment-from', '2025-07-02')
  await page.fill('#catchment-until', '2025-07-02')
  await page.locator('.catchment-send').click()
  await page.locator('.catchment-change .note.is-ok').waitFor()
  await page.locator('.catchment-send').click()
  await page.locator('.catchment-village input:checked').waitFor({ state: 'detached' })
  await page.fill('.catchment-day', '2025-07-03')
  await page.waitForFunction((n) => Number(document.querySelector('.is-fault-gap strong').textContent) === n, before + 1)
  await page.locator('.is-fault-gap').click()
  assert.equal(await page.locator('.catchment-village').count(), before + 1)
  await end(page)
})

for (const [lang, locale, wanted] of [['zh', 'zh-CN', /还没有登记完成/], ['en', 'en-US', /not said to be reached/]]) {
  test(`the county's commission opens a plan, narrows it, opens a clause and says that its milestone is reached (${lang})`, async () => {
    const page = await begin('', { login: 'county', locale })
    await page.goto(`${server.address}/desk.html#/plans`)
    await page.locator('.plan-card').first().waitFor()
    assert.equal(await page.locator('.plan-card').count(), 5)
    await look(page, `plans-${lang}`)
    await page.locator('a[href="#/plans/quality_2023"]').click()
    await page.locator('.plan-table').first().waitFor()
    assert.equal(await page.locator('.plan-table tbody tr').count(), 84)
    const chip = page.locator('.work-chip:has(.is-no_data)')
    const told = Number(await chip.locator('.number').textContent())
    await chip.click()
    await page.waitForFunction((n) => document.querySelectorAll('.plan-table tbody tr').length === n, told)
    assert.match(page.url(), /state=no_data/)
    await look(page, `plan-board-${lang}`)
    await page.locator('.plan-table tbody tr', { hasText: wanted }).first().locator('a').click()
    await page.locator('.plan-write').waitFor()
    await look(page, `plan-clause-${lang}`)
    await page.selectOption('#plan-kind', 'milestone')
    await page.locator('.plan-write button[type="submit"]').click()
    await page.locator('#plan-evidence[aria-invalid="true"]').waitFor()
    await page.fill('#plan-evidence', '县卫健〔2025〕12号')
    await page.locator('.plan-write button[type="submit"]').click()
    await page.locator('.plan-answers .is-met').first().waitFor()
    assert.match(await page.locator('.plan-entries').textContent(), /〔2025〕12号/)
    await end(page)
  })
}

test('a record that a rule of data quality names is found right for a reason, and leaves the inbox', async () => {
  attempt('measure', '--period', '2025', ...server.options) /* what the server does in its first minutes */
  const page = await begin('#/quality')
  await page.locator('.quality-rule .is-some').first().click()
  const rows = page.locator('.quality-table tbody tr')
  await rows.first().waitFor()
  await look(page, 'quality-zh')
  const before = await rows.count()
  await rows.first().locator('.work-clear').click()
  await page.locator('#quality-reason').waitFor()
  await page.locator('.dialog button[type="submit"]').click()
  await page.locator('#quality-reason[aria-invalid="true"]').waitFor()
  await page.fill('#quality-reason', 'the paper was seen')
  await page.locator('.dialog button[type="submit"]').click()
  await page.waitForFunction((n) => document.querySelectorAll('.quality-table tbody tr').length === n, before - 1)
  await page.locator('.work-chip').nth(1).click()
  await page.locator('.quality-table tbody tr', { hasText: 'the paper was seen' }).first().waitFor()
  const open = before - 1
  await page.waitForFunction((n) => Number(document.querySelector('.quality-rule[aria-pressed=true] .number').textContent.match(/\d+/)[0]) === n, open)
  await page.locator('.work-chip').nth(2).press('Enter')
  await page.locator('.quality-doctors tbody tr').first().waitFor()
  const cells = async (at) => (await page.locator(`.quality-doctors tbody td:nth-child(${at})`).allInnerTexts()).reduce((sum, text) => sum + Number(text), 0)
  assert.deepEqual([await cells(3), await cells(4)], [open, 1], 'what was found right is open no more')
  await look(page, 'quality-doctors-zh')
  await end(page)
})

test('the commission sees what rules of data quality name without identity (en)', async () => {
  const page = await begin('#/quality', { login: 'county', locale: 'en-US' })
  await page.locator('.quality-rule .is-some').first().click()
  await page.locator('.quality-table tbody tr').first().waitFor()
  assert.equal(await page.locator('.quality-table a, .quality-table .work-clear').count(), 0)
  await look(page, 'quality-en')
  await end(page)
})

/* ---- health records ---- */

async function saved(page, button) {
  const file = page.waitForEvent('download')
  await page.locator(button).click()
  return readFile(await (await file).path())
}

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`SYS-01: the county sees who has a health record by township and village, without persons (${lang})`, async () => {
    const page = await begin('', { login: 'county', locale })
    await page.locator('.overview-files').press('Enter')
    const rows = page.locator('.files-table tbody tr')
    await rows.first().waitFor()
    await look(page, `files-${lang}`)
    const { areas, residents, files } = await ask(page, '/health-files/areas')
    assert.equal(await rows.count(), areas.length)
    assert.deepEqual((await page.locator('.files-sum dd').allInnerTexts()).slice(1).map(Number), [files, residents - files])
    assert.equal(await page.locator('.files-people').count(), 0)
    const csv = (await saved(page, '.files-save')).toString('utf8').trim().split('\r\n')
    assert.equal(csv.length, areas.length + 1)
    assert.equal((await saved(page, '.work-button[aria-busy] >> nth=0')).subarray(0, 2).toString(), 'PK')
    await rows.first().locator('a').press('Enter')
    await page.waitForURL(/#\/files\/\d{9}$/)
    await page.waitForFunction((wanted) => /^\d{9}$/.test(location.hash.slice(8)) && document.querySelectorAll('.files-table tbody a').length === 0 && document.querySelectorAll('.files-table tbody tr').length > 0, null)
    await look(page, `files-villages-${lang}`)
    await page.route('**/api/health-files/areas*', (route) => route.abort())
    await page.reload()
    await page.locator('.files-page .note.is-danger').waitFor()
    await page.unroute('**/api/health-files/areas*')
    await page.locator('.files-page .note.is-danger button').click()
    await rows.first().waitFor()
    await page.context().close()
  })
}

test('SYS-01: who has no health record is listed to the township, with his page and the forms that open one', async () => {
  const page = await begin('#/files')
  const people = page.locator('.files-people tbody tr')
  await people.first().waitFor()
  await look(page, 'files-people')
  const { missing } = await ask(page, '/health-files')
  assert.equal(await people.count(), missing.length)
  await page.locator('.files-table a').first().click()
  await page.waitForURL(/#\/files\/\d{12}$/)
  const village = new URL(page.url()).hash.slice(8)
  const { missing: there } = await ask(page, `/health-files?area=${village}`)
  await page.waitForFunction((n) => document.querySelectorAll('.files-people tbody tr').length === n, there.length)
  await page.goto(`${server.address}/desk.html#/files`)
  await people.first().waitFor()
  await people.first().locator('.files-form[href*=personal_information]').click()
  await page.waitForURL(/m\.html#\/form\/personal_information\?resident=/)
  await page.locator('.field-label, .form-field').first().waitFor()
  await page.goBack()
  await people.first().locator('.desk-name').click()
  await page.waitForURL(/desk\.html#\/residents\//)
  await end(page)
})

/* ---- grids and doctors: the last one takes a grid away ---- */

for (const [lang, locale, nowhere] of [['zh', 'zh-CN', '\u4e0a\u6d77\u5e02'], ['en', 'en-US', 'Shanghai']]) {
  test(`SYS-04: whoever has no account finds the doctor of an address on the page of the login (${lang})`, async () => {
    const clinician = await logIn({ url: server.address }, 'clinician')
    const { areas } = (await clinician.fetch('/api/areas')).body
    const village = areas.find(({ level }) => level === 5)
    const town = areas.find(({ code }) => code === village.parent)
    for (const [entry, viewport] of [['m', PHONE], ['desk', DESK]]) {
      const page = await openPage(browser, { locale, viewport })
      await page.goto(`${server.address}/${entry}.html`)
      await page.locator('details > summary').first().press('Enter')
      await page.locator('#find-address').fill(`${town.name}${village.name}`)
      await page.keyboard.press('Enter')
      await page.locator('.find-match').first().waitFor()
      const { items } = await ask(page, `/grid-doctor?address=${encodeURIComponent(`${town.name}${village.name}`)}`)
      assert.equal(await page.locator('.find-match').count(), items.length)
      assert.ok((await page.locator('.find-match').first().innerText()).includes(items[0].doctors[0].name))
      await look(page, `find-doctor-${entry}-${lang}`)
      await page.locator('#find-address').fill(nowhere)
      await page.locator('.find-go').click()
      await page.locator('.find-doctor .note').waitFor()
      await page.route('**/api/grid-doctor*', (route) => route.abort())
      await page.locator('.find-go').click()
      await page.locator('.find-doctor .note.is-danger').waitFor()
      await end(page)
    }
  })
}

test('SYS-04: a resident sees his own doctor on his page, to which the desk leads', async () => {
  const page = await begin('', { login: 'resident' })
  await page.locator('main a[href="m.html"]').click()
  await page.locator('.own-doctor .find-match').waitFor()
  const { items: [self] } = await ask(page, '/own')
  const { items: [match] } = await ask(page, `/grid-doctor?address=${self.area}`)
  assert.ok((await page.locator('.own-doctor').innerText()).includes(match.doctors[0].name))
  await look(page, 'own-doctor')
  await end(page)
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`SYS-04: the grid page tells by township which villages have a doctor, opens them, and is a file (${lang})`, async () => {
    const page = await begin('#/grid', { login: 'county', locale })
    const rows = page.locator('.grid-towns tbody tr')
    await rows.first().waitFor()
    await page.locator('.grid-faults tbody tr').nth(1).waitFor() /* the village that nobody answers for, and the one claimed twice */
    await look(page, `grid-${lang}`)
    const { centres, clinics, townships } = await ask(page, '/grid')
    assert.deepEqual((await page.locator('.grid-sum dd').allInnerTexts()).map((text) => text.trim()), [centres, clinics].map(({ covered, units }) => `${covered}/${units}`))
    assert.equal(await rows.count(), townships.length)
    assert.equal((await saved(page, '.grid-save')).toString('utf8').trim().split('\r\n').length, townships.length + 1)
    assert.equal((await saved(page, '.work-button[aria-busy] >> nth=0')).subarray(0, 2).toString(), 'PK')
    await rows.first().locator('a').press('Enter')
    await page.locator('.grid-areas tbody tr').first().waitFor()
    const town = townships.find(({ code }) => page.url().endsWith(code))
    assert.equal(await page.locator('.grid-areas tbody tr').count(), town.areas)
    await look(page, `grid-town-${lang}`)
    await page.route('**/api/grid**', (route) => route.abort())
    await page.goto(`${server.address}/desk.html#/grid`)
    await page.reload()
    await page.locator('.grid-page .note.is-danger').nth(1).waitFor()
    await page.unroute('**/api/grid**')
    for (let n = 2; n > 0; n--) {
      await page.locator('.grid-page .note.is-danger button').first().click()
      await page.waitForFunction((left) => document.querySelectorAll('.grid-page .note.is-danger').length === left, n - 1)
    }
    await rows.first().waitFor()
    await page.context().close()
  })
}

test('SYS-04: a clinic whose grid is taken away is named, 342 of 343, and its village opens where it is given again', async () => {
  const admin = await logIn({ url: server.address }, 'admin')
  const { items } = (await admin.fetch('/api/catchments')).body
  const alone = items.findLast(({ facility }) => items.filter((one) => one.facility === facility).length === 1)
  const row = { area: alone.area, facility: alone.facility, valid_from: alone.valid_from, valid_to: '2025-06-29', doctors: alone.doctors.map(({ code }) => code).join(' ') }
  assert.equal((await admin.fetch('/api/catchments', { method: 'POST', body: { rows: [row] } })).status, 200)
  const page = await begin('#/grid', { login: 'admin' })
  await page.locator('.grid-missing li').waitFor()
  assert.equal((await page.locator('.grid-sum dd').nth(1).innerText()).trim(), '342/343')
  assert.match(await page.locator('.grid-missing li').innerText(), new RegExp(alone.facility))
  await page.locator(`.grid-faults a[href*="${alone.area}"]`).waitFor()
  await look(page, 'grid-gap')
  await page.locator(`.grid-towns a[href$="${alone.area.slice(0, 9)}"]`).click()
  await page.locator(`.grid-assign[href*="${alone.area}"]`).click()
  await page.waitForURL(/#\/catchments/)
  assert.equal(await page.locator('.catchment-village input:checked').inputValue(), alone.area)
  await look(page, 'grid-assign')
  assert.equal((await admin.fetch('/api/catchments', { method: 'POST', body: { rows: [{ ...row, valid_to: alone.valid_to ?? undefined }] } })).status, 200, 'the grid is given back')
  await page.goto(`${server.address}/desk.html#/catchments?area=441322999999`)
  await page.reload()
  await page.locator('.catchments > .note', { hasText: '441322999999' }).waitFor()
  await end(page)
})
