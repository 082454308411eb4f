/* The health officer's way: a field added to a form in the pack is on the screen, is stored, and comes back;
 * nothing else is touched. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ask, enter, openBrowser, openPage, picture, PROGRAM, ROOT, startServer } from './support.mjs'

let folder, packs, server, browser

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catchment-packs-'))
  packs = join(folder, 'packs')
  cpSync(join(ROOT, 'packs'), packs, { recursive: true })
  const form = join(packs, 'national-2017/forms/hypertension_leave.yaml')
  const field = [
    '      - id: waist',
    '        type: integer',
    '        label: {zh: 腰围, en: Waist}',
    '        unit: cm',
    '        range: [40, 200]',
    '        required: true',
    '        source: convention 常用数值范围',
    '',
  ].join('\n')
  /* As the first field of the first section. */
  writeFileSync(form, readFileSync(form, 'utf8').replace(/(\n {4}fields:\n)/, `$1${field}`))
  const pack = join(packs, 'national-2017/pack.yaml')
  writeFileSync(pack, readFileSync(pack, 'utf8').replace('version: 1.0.0', 'version: 1.1.0'))
  execFileSync(PROGRAM, ['pack', 'check', '--packs', packs])
  server = await startServer({ residents: 2000, servedPacks: packs })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a field added to a form in the pack is asked, checked, stored and shown', async () => {
  const page = await openPage(browser)
  await enter(page, server)
  const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=1')
  const { id } = items[0].resident
  await page.goto(`${server.address}/m.html#/form/hypertension_leave?resident=${id}`)
  await page.locator('#field-waist').waitFor()
  await page.locator('.form-actions .is-primary').click()
  await page.locator('#field-waist-issues .issue-hard').waitFor()
  await page.fill('#field-waist', '91')
  await picture(page, 'pack-field')
  await page.locator('fieldset:has(#field-reason) label.choice').nth(2).click()
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.answers').first().waitFor()
  assert.match(await page.locator('.form-page').innerText(), /91 cm/)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown').waitFor()
  const theirs = await ask(page, `/residents/${id}`)
  const record = await ask(page, `/records/${theirs.records.find((one) => one.form === 'hypertension_leave').id}`)
  assert.equal(record.answers.waist, 91)
  await page.goto(`${server.address}/m.html#/records/${record.id}`)
  await page.locator('.answers').first().waitFor()
  assert.match(await page.locator('.answers').first().innerText(), /91 cm/)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})
