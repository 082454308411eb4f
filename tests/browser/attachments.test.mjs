/* Photographs and documents in a form: chosen, made small, sent, taken away, looked at in the record. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pdf, png } from '../support/media.mjs'
import { ask, checkPage, DESK, enter, openBrowser, openPage, PHONE, picture, startServer } from './support.mjs'

let server, browser

before(async () => {
  server = await startServer({ residents: 2000 })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function look(page, name) {
  for (const viewport of [PHONE, DESK]) {
    await page.setViewportSize(viewport)
    await checkPage(page, `${name}-${viewport.width}`)
  }
  await page.setViewportSize(PHONE)
}

const photo = (seed) => ({ name: `photo-${seed}.png`, mimeType: 'image/png', buffer: png(seed, 2400, 900) })
const paper = { name: 'report.pdf', mimeType: 'application/pdf', buffer: pdf() }
const sent = (page) => page.waitForResponse((answer) => answer.url().includes('/attachments?') && answer.request().method() === 'POST')

for (const [name, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`a photograph and a document go into a record and are seen in it (${name})`, async () => {
    const page = await openPage(browser, { locale })
    await enter(page, server)
    const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=50')
    const { resident } = items.at(name === 'zh' ? 0 : -1)
    await page.goto(`${server.address}/m.html#/form/paper_document?resident=${resident.id}`)
    await page.locator('#field-files').waitFor({ state: 'attached' })
    await page.locator('fieldset:has(#field-kind) label.choice, #field-kind').first().waitFor()
    if (await page.locator('select#field-kind').count()) await page.selectOption('#field-kind', '2')
    else await page.locator('fieldset:has(#field-kind) label.choice').nth(1).click()

    const big = sent(page)
    await page.locator('#field-files').setInputFiles(photo(name === 'zh' ? 1 : 2))
    assert.equal((await big).request().headers()['content-type'], 'image/jpeg', 'drawn anew')
    await page.locator('.files-one a').waitFor()
    const size = await page.evaluate(async (address) => {
      const image = new Image()
      image.src = address
      await image.decode()
      return [image.naturalWidth, image.naturalHeight]
    }, await page.locator('.files-one a').getAttribute('href'))
    assert.deepEqual(size, [1600, 600])

    await page.locator('#field-files').setInputFiles(paper)
    await page.locator('.files-one a').nth(1).waitFor()
    await look(page, `files-${name}`)

    const wrong = sent(page)
    await page.locator('#field-files').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no picture') })
    assert.equal((await wrong).status(), 422)
    await page.locator('.files-one [role=alert]').waitFor()
    await look(page, `files-wrong-${name}`)
    await page.locator('.files-one:has([role=alert]) .files-remove').click()
    assert.equal(await page.evaluate(() => document.activeElement.id), 'field-files', 'the focus stays in the question')
    await page.locator('.files-one .files-remove').nth(1).focus()
    await page.keyboard.press('Enter')
    await page.locator('.files-one').nth(1).waitFor({ state: 'detached' })
    await page.locator('#field-files').setInputFiles(paper)
    await page.locator('.files-one a').nth(1).waitFor()

    await page.locator('.form-actions .is-primary').click()
    await page.locator('.answers').waitFor()
    assert.match(await page.locator('.answers').innerText(), /2/)
    await page.locator('.form-actions .is-primary').click()
    await page.locator('.note-shown').waitFor()
    const { records } = await ask(page, `/residents/${resident.id}/records?form=paper_document`)
    assert.equal(records[0].files, 2)
    await page.goto(`${server.address}/m.html#/residents/${resident.id}`)
    await page.locator('.record-line', { hasText: name === 'zh' ? '2 个文件' : 'Files: 2' }).first().waitFor()
    await page.goto(`${server.address}/m.html#/records/${records[0].id}`)
    await page.locator('.record-files button').click()
    await page.waitForFunction(() => document.querySelector('.record-picture')?.naturalWidth === 1600)
    const saved = page.waitForEvent('download')
    await page.locator('.record-files a[download]').click()
    assert.match((await saved).suggestedFilename(), /\.pdf$/)
    await look(page, `files-record-${name}`)
    assert.deepEqual(page.faults.filter((fault) => !/422/.test(fault)), [])
    await page.context().close()
  })

  test(`what could not be sent is said and sent again (${name})`, async () => {
    const page = await openPage(browser, { locale })
    await enter(page, server)
    const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=50')
    const { resident } = items.at(name === 'zh' ? 5 : -5)
    await page.goto(`${server.address}/m.html#/form/paper_document?resident=${resident.id}`)
    await page.locator('#field-files').waitFor({ state: 'attached' })
    await page.route(/\/attachments\?/, (route) => route.abort())
    await page.locator('#field-files').setInputFiles(paper)
    await page.locator('.files-one [role=alert]').waitFor()
    await page.unroute(/\/attachments\?/)
    await page.locator('.files-one .button').first().click()
    await page.locator('.files-one a').waitFor()
    await page.context().close()
  })
}
