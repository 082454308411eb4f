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
  attempt('measure', '--place', '441322', '--period', '2025', '--measure', 'quality_bp_implausible', ...options)
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
    const cells = await page.locator('.comparison-table td .comparison-under, .comparison-table td .comparison-value').allInnerTexts()
    assert.deepEqual([...cells, await page.locator('.comparison-table').innerText()].flatMap((text) => text.split(/\s/)).filter((text) => /^[a-z]+(_[a-z]+)+$/.test(text)), [], 'words, not their keys')
    await look(page, `comparison-${lang}`)
    const all = await page.locator('.comparison-table tbody tr').count()
    await page.locator('.comparison-wishes input').first().press('Space')
    await page.waitForFunction((n) => document.querySelectorAll('.comparison-table tbody tr').length < n, all)
    await page.locator('.comparison-table').scrollIntoViewIfNeeded()
    await look(page, `comparison-differ-${lang}`)
    const county = (await page.locator('li[data-place="441322"] h2').innerText()).split(/\s+(?=第|rank|not|不)/)[0]
    assert.ok((await page.locator('li[data-place="441322"] button').getAttribute('aria-label')).endsWith(county))
    await page.locator('li[data-place="441322"] button').press('Enter')
    await page.locator('.member-band').waitFor()
    await page.waitForURL(/plans\/grassroots_2023/)
    assert.equal(await page.locator('.bar-name').innerText(), county, 'the numbers are of this county')
    await page.locator('.bar-menu a[href="#/overview"]').click()
    await page.locator('.member-band').waitFor()
    await page.locator('a[href^="#/overview/441322"]').first().waitFor()
    await look(page, `comparison-inside-${lang}`)
    await page.locator('a[href^="#/overview/441322"]').first().click()
    await page.locator('.overview-path a').waitFor()
    assert.equal(await page.locator('.overview-path a').innerText(), county)
    await page.locator('.bar-menu a[href="#/quality"]').click()
    await page.locator('.quality-rule .is-some').first().click()
    await page.locator('.quality-table tbody tr').first().waitFor()
    const people = await page.locator('.quality-table tbody th').allInnerTexts()
    assert.ok(people.length > 0 && people.every((text) => !/[0-9]{6}/.test(text)), people.join())
    await look(page, `comparison-quality-${lang}`)
    for (const shown of [1, 2, 0]) {
      await page.locator('.quality-filter .work-chip').nth(shown).click()
      assert.ok(await page.evaluate((at) => {
        const columns = document.querySelector('.quality-main table')
        return !columns || columns.classList.contains('quality-doctors') === (at === 2)
      }, shown), 'what is listed is what is asked for')
    }
    await page.goto(`${server.url}/desk.html#/comparison`)
    await page.locator('.comparison-places li.card').nth(1).waitFor()
    assert.equal(await page.locator('.member-band').count(), 0, 'by the menu too the city is back above its counties')
    await page.goto(`${server.url}/desk.html#/comparison/no_such_plan`)
    await page.locator('[role=alert]').waitFor()
    assert.match(page.faults.pop() ?? '', /404/, 'the browser notes that there is no such plan')
    await page.locator('.comparison-plan select').selectOption('grassroots_2023')
    await page.locator('.comparison-table tbody tr').first().waitFor()
    await page.locator('li[data-place="410882"] button').press('Enter')
    await page.locator('.member-band button').press('Enter')
    await page.locator('.comparison-places li.card').first().waitFor()
    assert.equal(await page.locator('.member-band').count(), 0)
    await page.setViewportSize({ width: 360, height: 740 })
    await look(page, `comparison-narrow-${lang}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}
