/* A city's commission at the desk: its counties side by side, into one of them, and back. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { attempt } from '../support/county.mjs'
import { databases, run, startServer } from '../support/server.mjs'
import { DESK, ROOT, checkPage as look, openBrowser, openPage } from './support.mjs'

let server, browser

before(async () => {
  const options = databases[0][1]()
  run('demo', ...options, '--packs', join(ROOT, 'packs'), '--residents', '1000', '--places', '441322,410882')
  for (const place of ['441322', '410882']) attempt('measure', '--place', place, '--period', '2025', '--plan', 'grassroots_2023', ...options)
  server = await startServer(options)
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the city sees its counties side by side, looks into one without writing, and comes back (${lang})`, async () => {
    const page = await openPage(browser, { locale, viewport: DESK })
    await page.goto(`${server.url}/desk.html`)
    await page.locator('.demo-take[data-login=city]').waitFor()
    assert.equal(await page.locator('.demo-place').count(), 3)
    await look(page, `comparison-login-${lang}`)
    await page.locator('.demo-take[data-login=city]').click()
    await page.locator('.comparison-places li.card').first().waitFor()
    assert.equal(await page.locator('.bar-menu').count(), 0, 'a city has nobody of its own')
    await page.locator('.comparison-plan select').selectOption('grassroots_2023')
    await page.waitForURL(/comparison\/grassroots_2023/)
    await page.locator('.comparison-table tbody tr').nth(20).waitFor()
    await look(page, `comparison-${lang}`)
    const all = await page.locator('.comparison-table tbody tr').count()
    await page.locator('.comparison-wishes input').first().press('Space')
    await page.waitForFunction((n) => document.querySelectorAll('.comparison-table tbody tr').length < n, all)
    await page.locator('.comparison-table').scrollIntoViewIfNeeded()
    await look(page, `comparison-differ-${lang}`)
    await page.locator('li[data-place="441322"] button').press('Enter')
    await page.locator('.member-band').waitFor()
    await page.locator('.bar-menu a[href="#/overview"]').click()
    await page.locator('.member-band').waitFor()
    await page.locator('a[href^="#/overview/441322"]').first().waitFor()
    await look(page, `comparison-inside-${lang}`)
    await page.locator('.member-band button').press('Enter')
    await page.locator('.comparison-places li.card').first().waitFor()
    assert.equal(await page.locator('.member-band').count(), 0)
    await page.setViewportSize({ width: 360, height: 740 })
    await look(page, `comparison-narrow-${lang}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}
