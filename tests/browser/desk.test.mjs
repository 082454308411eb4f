/* The desk of a township, in one county: worklists with their filters, numbers, views, file, keyboard and print. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { DESK, ask, openBrowser, openPage, picture, require, startServer } from './support.mjs'

const { AxeBuilder } = require('@axe-core/playwright')
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
  await page.locator('.desk-take', { has: page.locator(`text=/^${login}$/`) }).click()
  await page.locator('.bar-leave').first().waitFor()
  return page
}

async function look(page, name) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  const bad = violations.filter((finding) => ['serious', 'critical'].includes(finding.impact))
  assert.deepEqual(bad.flatMap((finding) => finding.nodes.map((node) => `${name}: ${finding.id}: ${node.target}`)), [])
  await picture(page, name)
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
    await page.locator('.desk-state.is-waived').click()
    await page.locator('.work-empty').waitFor()
    await page.locator('.desk-state.is-overdue').click()
    const village = page.locator('.facet').first().locator('.facet-item').first()
    const n = Number(await village.locator('.facet-n').innerText())
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

test('all of a worklist is printed, without the bars', async () => {
  const page = await begin()
  await page.locator(ROWS).first().waitFor()
  const n = Number(await page.locator('.desk-state.is-all strong').innerText())
  assert.ok(n > 50)
  await page.evaluate(() => {
    window.print = () => (window.rowsPrinted = document.querySelectorAll('.desk-table tbody tr').length)
  })
  await page.locator('.work-print').click()
  await page.waitForFunction(() => window.rowsPrinted > 0)
  assert.equal(await page.evaluate(() => window.rowsPrinted), n)
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
