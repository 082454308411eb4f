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

/* Adds a field as the first of the form's first section, and raises the pack's version. */
function addField(lines, from, to) {
  const form = join(packs, 'national-2017/forms/hypertension_leave.yaml')
  writeFileSync(form, readFileSync(form, 'utf8').replace(/(\n {4}fields:\n)/, `$1${lines.join('\n')}\n`))
  const pack = join(packs, 'national-2017/pack.yaml')
  writeFileSync(pack, readFileSync(pack, 'utf8').replace(`version: ${from}`, `version: ${to}`))
  execFileSync(PROGRAM, ['pack', 'check', '--packs', packs])
}

const number = (id, zh, en, range) => [
  `      - id: ${id}`,
  '        type: integer',
  `        label: {zh: ${zh}, en: ${en}}`,
  '        unit: cm',
  `        range: [${range}]`,
  '        required: true',
  '        source: convention 常用数值范围',
]

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catchment-packs-'))
  packs = join(folder, 'packs')
  cpSync(join(ROOT, 'packs'), packs, { recursive: true })
  addField(number('waist', '腰围', 'Waist', '40, 200'), '1.0.0', '1.1.0')
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

test('after the pack changed again, old records open, and a form in hand goes on with what was typed', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=3')
  const [first, second] = [items[1].resident, items[2].resident]
  const fill = async (waist) => {
    await page.locator('#field-waist').waitFor()
    await page.fill('#field-waist', waist)
    await page.locator('fieldset:has(#field-reason) label.choice').nth(2).click()
    await page.locator('.form-actions .is-primary').click()
    await page.locator('.answers').first().waitFor()
  }
  const send = () => page.locator('.form-actions .is-primary').click()
  await page.goto(`${server.address}/m.html#/form/hypertension_leave?resident=${first.id}`)
  await fill('92')
  await send()
  await page.locator('.note-shown').waitFor()
  const { records } = await ask(page, `/residents/${first.id}`)
  const old = records.find((one) => one.form === 'hypertension_leave')
  const version = (await ask(page, `/records/${old.id}`)).form_version
  await page.goto(`${server.address}/m.html#/form/hypertension_leave?resident=${second.id}`)
  await fill('93')

  /* The page stays open while the program starts again with the changed pack. */
  addField(number('hips', '臀围', 'Hips', '40, 200'), '1.1.0', '1.2.0')
  await server.restart()
  await send()
  await page.locator('.form-renewed').waitFor()
  await page.locator('#field-hips').waitFor()
  await picture(page, 'pack-renewed')
  assert.equal(await page.inputValue('#field-waist'), '93')
  await page.fill('#field-hips', '101')
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.answers').first().waitFor()
  await send()
  await page.locator('.note-shown').waitFor()
  const theirs = await ask(page, `/residents/${second.id}`)
  const stored = await ask(page, `/records/${theirs.records.find((one) => one.form === 'hypertension_leave').id}`)
  assert.equal(stored.answers.waist, 93)
  assert.equal(stored.answers.hips, 101)
  assert.notEqual(stored.form_version, version)

  /* A page that knows nothing of the old version shows a record of it. */
  await page.goto(`${server.address}/m.html#/records/${old.id}`)
  await page.locator('.answers').first().waitFor()
  await picture(page, 'pack-old-record')
  assert.match(await page.locator('.answers').first().innerText(), /92 cm/)
  assert.equal((await ask(page, `/records/${old.id}`)).form_version, version)
  /* the draft, or words of the page, may have been on their way to a program that was just starting */
  assert.deepEqual(page.faults.filter((fault) => !/ERR_CONNECTION_REFUSED|Unable to preload/.test(fault)), [])
  await page.context().close()
})
