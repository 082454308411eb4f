/* The records of a form side by side at a desk: filters, pages, the file; without identity for who sees no persons. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { ask, checkPage, DESK, enter, openBrowser, openPage, startServer } from './support.mjs'

let server, browser

before(async () => {
  server = await startServer({ residents: 2000 })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function begin(login, locale) {
  const page = await openPage(browser, { locale, viewport: DESK })
  await enter(page, server, login).catch(() => undefined) /* who has no list begins elsewhere */
  await page.goto(`${server.address}/desk.html#/tables`)
  await page.locator('.table-form').waitFor()
  return page
}

async function choose(page, title) {
  await page.locator('.table-form').click()
  await page.locator('.el-select-dropdown__item', { hasText: title }).first().click()
}

for (const [name, locale, title] of [['zh', 'zh-CN', '高血压患者随访'], ['en', 'en-US', 'Hypertension follow-up']]) {
  test(`a clinician reads the follow-ups in a table and takes them as a file (${name})`, async () => {
    const page = await begin('clinician', locale)
    await choose(page, title)
    const lines = page.locator('.el-table__body-wrapper tbody tr')
    await lines.nth(5).waitFor()
    const first = await lines.count()
    await checkPage(page, `record-table-${name}`)
    if (await page.locator('.desk-more button').count()) {
      await page.locator('.desk-more button').click()
      await page.waitForFunction((n) => document.querySelectorAll('.el-table__body-wrapper tbody tr').length > n, first)
    }
    const saved = page.waitForEvent('download')
    await page.locator('.table-export').click()
    const file = await saved
    assert.match(file.suggestedFilename(), /^hypertension_followup-.*\.csv$/)
    const text = await readFile(await file.path(), 'utf8')
    assert.ok(text.startsWith('\ufeff') && text.split('\r\n').length > 5)
    const printed = page.waitForEvent('download')
    await page.locator('.table-blank').click()
    const paper = await printed
    assert.equal(paper.suggestedFilename(), 'hypertension_followup.pdf')
    assert.equal((await readFile(await paper.path())).subarray(0, 5).toString(), '%PDF-')
    await page.fill('.table-from', '2025-06-30')
    await page.locator('.desk-filters .el-button--primary').click()
    await page.waitForFunction((n) => document.querySelectorAll('.el-table__body-wrapper tbody tr').length < n, first)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

for (const [name, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the county reads what organisations record in the same table, by name, and takes it as a file (${name})`, async () => {
    const page = await begin('county', locale)
    const { forms } = await ask(page, '/forms')
    const { id, title: { zh, en } } = forms.find((one) => one.id === 'facility_premises')
    await choose(page, name === 'zh' ? zh : en)
    await page.fill('.table-from', '2020-01-01')
    await page.locator('.desk-filters .el-button--primary').click()
    const names = page.locator('.el-table__body-wrapper tbody .table-subject')
    await names.nth(3).waitFor()
    const { records } = await ask(page, `/forms/${id}/records`)
    assert.ok(records.length > 3 && records.every(({ subject, resident }) => subject.kind === 'facility' && !resident))
    assert.equal(await names.first().getAttribute('href'), null, 'numbers are its business, not single records')
    await checkPage(page, `record-table-organisations-${name}`)
    const file = await page.evaluate(async (form) => (await fetch(`/api/forms/${form}/records.csv`)).text(), id)
    assert.ok(file.split('\r\n').length > 4 && [records[0].subject.name.zh, records[0].subject.name.en].some((one) => file.includes(one)))
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}
