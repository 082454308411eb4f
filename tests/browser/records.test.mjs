/* Records at work: a draft on two devices, two who amend at once, the timeline by pages, who served. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { followup } from '../support/county.mjs'
import { ask, checkPage, DESK, enter, openBrowser, openPage, PHONE, startServer } from './support.mjs'

let server, browser

before(async () => {
  server = await startServer({ residents: 3000 })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

/* In every look: no serious finding, nothing wider than the screen. */
async function look(page, name) {
  for (const viewport of [PHONE, DESK]) {
    await page.setViewportSize(viewport)
    await checkPage(page, `${name}-${viewport.width}`)
  }
  await page.setViewportSize(PHONE)
}

const forward = async (page) => {
  const title = await page.locator('#step-title').innerText()
  await page.locator('.form-actions .is-primary').click()
  await page.waitForFunction((old) => document.getElementById('step-title')?.innerText !== old, title)
}
const toSummary = async (page) => {
  while (await page.locator('.form-body').count()) await forward(page)
}

/* Somebody with a follow-up that both the doctor and the clinician see. */
async function someRecord(page) {
  const { items } = await ask(page, '/obligations?state=overdue,due,open&program=hypertension&limit=100')
  for (const { resident } of items) {
    const { records } = await ask(page, `/residents/${resident.id}/records?form=hypertension_followup`)
    const isPlain = (one) => one.summary.some(({ field, text }) => field === 'sbp' && /^(10|11|12|13)[1-8] /.test(text.zh))
    const record = records.find((one) => one.happened_on > '2024-07' && isPlain(one))
    if (record) return { resident: resident.id, record }
  }
  throw new Error('nobody has a follow-up')
}

for (const [name, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`a form begun on one device is ended on another (${name})`, async () => {
    const first = await openPage(browser, { locale })
    await enter(first, server)
    const { items } = await ask(first, '/obligations?state=overdue,due,open&program=hypertension&limit=100')
    const { resident } = items.at(name === 'zh' ? -1 : -2)
    await first.goto(`${server.address}/m.html#/form/hypertension_followup?resident=${resident.id}`)
    await first.locator('fieldset:has(#field-mode) label.choice').first().click()
    const kept = first.waitForResponse((answer) => answer.url().includes('/api/drafts/') && answer.request().method() === 'PUT')
    await forward(first)
    assert.equal((await kept).status(), 200)
    const second = await openPage(browser, { locale })
    await enter(second, server)
    await second.locator('.drafts button').first().click()
    await look(second, `drafts-${name}`)
    await second.locator('.drafts-open', { hasText: resident.name }).first().click()
    await second.locator('.form-resumed').waitFor()
    assert.ok(await second.locator('.form-body').count())
    await second.goto(`${server.address}/m.html#/`)
    await second.locator('.drafts li .button').first().waitFor() /* the page was kept as it was */
    const dropped = second.waitForResponse((answer) => answer.request().method() === 'DELETE')
    await second.locator('.drafts li .button').first().click()
    assert.equal((await dropped).status(), 204)
    assert.equal((await ask(first, `/drafts/hypertension_followup?resident=${resident.id}`)).draft, null)
    for (const page of [first, second]) {
      assert.deepEqual(page.faults, [])
      await page.context().close()
    }
  })

  test(`who amends after another sees both and goes on top (${name})`, async () => {
    const [doctor, clinician] = [await openPage(browser, { locale }), await openPage(browser, { locale })]
    await enter(doctor, server)
    await enter(clinician, server, 'clinician')
    const { resident, record } = await someRecord(doctor)
    const { sbp } = (await ask(doctor, `/records/${record.id}`)).answers
    const amend = async (page, more) => {
      await page.goto(`${server.address}/m.html#/form/hypertension_followup?resident=${resident}&amends=${record.id}`)
      await page.locator('.form-body').waitFor()
      while (!(await page.locator('#field-sbp').count())) await forward(page)
      await page.fill('#field-sbp', String(sbp + more))
      await toSummary(page)
      await page.fill('#amend-reason', `reading ${more}`)
    }
    await amend(doctor, 1)
    await amend(clinician, -1)
    await clinician.locator('.form-actions .is-primary').click()
    await clinician.locator('.note-shown, .record-done').first().waitFor()
    await doctor.locator('.form-actions .is-primary').click()
    await doctor.locator('dialog .meanwhile-line, .note.is-danger').first().waitFor()
    assert.equal(await doctor.locator('.note.is-danger').count(), 0, await doctor.locator('main').innerText())
    await look(doctor, `meanwhile-${name}`)
    assert.match(await doctor.locator('.meanwhile-line').first().innerText(), new RegExp(`${sbp - 1}[^]*${sbp + 1}`))
    await doctor.locator('.meanwhile-line label.tick').first().click()
    await doctor.locator('dialog .is-primary').click()
    await doctor.locator('.form-resumed').first().waitFor()
    await toSummary(doctor)
    assert.match(await doctor.locator('.form-page').innerText(), new RegExp(String(sbp - 1)))
    await doctor.fill('#amend-reason', 'both looked again')
    await doctor.locator('.form-actions .is-primary').click()
    await doctor.locator('.note-shown, .record-done').first().waitFor()
    const { records } = await ask(doctor, `/residents/${resident}/records?form=hypertension_followup&ended=1`)
    const last = records.find((one) => !one.is_ended && one.amends && one.happened_on === record.happened_on)
    assert.equal((await ask(doctor, `/records/${last.id}`)).answers.sbp, sbp - 1)
    await doctor.goto(`${server.address}/m.html#/records/${last.id}`)
    await doctor.locator('.chain-toggle').nth((await doctor.locator('.chain-toggle').count()) - 2).click()
    await doctor.locator('.changes').waitFor()
    await look(doctor, `history-${name}`)
    assert.match(await doctor.locator('.changes').innerText(), new RegExp(`${sbp}[^]*${sbp - 1}`))
    await doctor.goto(`${server.address}/m.html#/residents/${resident}/records`)
    await doctor.locator('.record-line').first().waitFor()
    const shown = await doctor.locator('.record-line').count()
    await doctor.locator('.timeline-filter input').check()
    await doctor.locator('.record-line.is-ended').first().waitFor()
    const whole = await doctor.locator('.record-line').count()
    assert.ok(whole >= Math.min(30, shown + 2))
    await doctor.selectOption('#timeline-form', 'form:hypertension_followup')
    await doctor.waitForFunction((n) => document.querySelectorAll('.record-line').length !== n, whole)
    await look(doctor, `timeline-${name}`)
    for (const page of [doctor, clinician]) {
      assert.deepEqual(page.faults, [])
      await page.context().close()
    }
  })

  test(`who typed names who served, and says why it is late (${name})`, async () => {
    const page = await openPage(browser, { locale })
    await enter(page, server, 'clinician')
    const { resident } = (await ask(page, '/obligations?state=overdue,due,open&program=hypertension&limit=1')).items[0]
    await page.goto(`${server.address}/m.html#/form/hypertension_followup?resident=${resident.id}`)
    await page.locator('#performed-by').waitFor()
    await page.selectOption('#performed-by', { index: 1 })
    await page.fill('#happened-on', '2025-05-01')
    await page.locator('#happened-on').dispatchEvent('change')
    await page.locator('#late-reason').waitFor()
    await look(page, `late-${name}`)
    await page.locator('fieldset:has(#field-mode) label.choice').first().click()
    await page.locator('.form-actions .is-primary').click()
    await page.locator('#late-error:not(:empty)').waitFor()
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

for (const [name, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`each rule says why it owes something, and why not, on the phone and at the desk (${name})`, async () => {
    const page = await openPage(browser, { locale })
    await enter(page, server, 'clinician')
    const { resident } = await someRecord(page)
    await page.goto(`${server.address}/m.html#/residents/${resident}`)
    await page.locator(`a[href="#/residents/${resident}/why"]`).click()
    const rules = page.locator('.explain-open')
    await rules.first().waitFor()
    assert.ok(await rules.count() > 5)
    const own = page.locator('[aria-controls="why-hypertension-followup"]')
    await own.focus()
    await page.keyboard.press('Enter')
    await page.locator('#why-hypertension-followup .explain-verdict').waitFor()
    assert.ok(await page.locator('#why-hypertension-followup .explain-reasons a').count() > 0, 'the records that it looked at')
    const other = page.locator('[aria-controls^="why-child"]').first()
    await other.press('Space')
    const verdict = page.locator('[id^="why-child"] .explain-verdict').first()
    await verdict.waitFor()
    assert.notEqual(await verdict.innerText(), await page.locator('#why-hypertension-followup .explain-verdict').innerText())
    await own.scrollIntoViewIfNeeded()
    await look(page, `why-${name}`)
    await page.setViewportSize(DESK)
    await page.goto(`${server.address}/desk.html#/residents/${resident}`)
    await page.locator(`a[href="#/residents/${resident}/why"]`).click()
    await page.locator('[aria-controls="why-hypertension-followup"]').press('Enter')
    await page.locator('#why-hypertension-followup .explain-verdict').waitFor()
    await checkPage(page, `why-desk-${name}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

test('a record filed about the wrong person is voided and filed about the right one in one step, and both timelines say so', async () => {
  const page = await openPage(browser)
  await enter(page, server)
  const { items } = await ask(page, '/obligations?state=overdue,due,open&program=hypertension&limit=100')
  const wrong = items[0].resident.id
  const { resident: right } = items.find((one) => one.resident.id !== wrong && one.resident.sex === items[0].resident.sex)
  const { id, ...record } = followup(wrong)
  const { csrf } = await ask(page, '/session')
  /* one's own, of today: what a doctor may still take back */
  const sent = await page.request.post(`${server.address}/api/records`, {
    headers: { 'X-CSRF': csrf },
    data: { id, ...record },
  })
  assert.equal(sent.status(), 201, await sent.text())
  await page.goto(`${server.address}/m.html#/records/${id}`)
  await page.locator('.record-refile').press('Enter')
  await page.locator('.refile [type=submit]').click()
  await page.locator('#refile-error', { hasText: '请先选择本人' }).waitFor()
  await page.locator('.picker-words').fill(right.name)
  /* several may have the name: it is his number that tells him */
  const { items: named } = await ask(page, `/residents?q=${encodeURIComponent(right.name)}`)
  const { id_number_masked: number } = named.find((one) => one.id === right.id)
  const hit = page.locator('.picker-one', { hasText: right.name }).filter({ hasText: number })
  await hit.waitFor()
  assert.equal(await hit.count(), 1)
  await look(page, 'refile-search')
  await page.locator('.picker-words').press('Enter')
  assert.equal(await page.locator('#refile-error p').count(), 1, 'Enter in the search sends nothing')
  await hit.press('Enter')
  await page.locator('.refile-person', { hasText: right.name }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.classList.contains('refile-person')), true, 'the focus goes to whom one chose')
  await page.locator('.refile [type=submit]').click()
  await page.locator('#refile-reason[aria-invalid=true]').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'refile-reason')
  await page.fill('#refile-reason', '记错了人')
  await look(page, 'refile')
  await page.locator('.refile [type=submit]').click()
  await page.locator('.note.is-ok', { hasText: '已改记到本人名下' }).waitFor()
  await page.waitForFunction((old) => !location.hash.includes(old), id)
  const filed = page.url().split('/records/')[1]
  const of = async (person) => (await ask(page, `/residents/${person}/records?form=hypertension_followup&ended=1`)).records
  const before = (await of(wrong)).find((one) => one.id === id)
  assert.deepEqual([before.is_ended, before.end_reason], [true, '记错了人'])
  assert.equal((await ask(page, `/records/${filed}`)).subject, right.id)
  assert.notEqual(right.id, wrong)
  const after = (await of(right.id)).find((one) => one.id === filed)
  assert.deepEqual([after.is_ended, after.happened_on], [false, '2025-06-30'])
  const [{ answers: now }, { answers: then }] = [await ask(page, `/records/${filed}`), await ask(page, `/records/${id}`)]
  for (const field of ['mode', 'symptoms', 'sbp', 'dbp', 'weight', 'next_followup_on']) assert.deepEqual(now[field], then[field], 'what was typed is as it was; what follows from the person is his')
  await page.goto(`${server.address}/m.html#/residents/${wrong}`)
  await page.locator('.record-line.is-ended').first().waitFor()
  assert.deepEqual(page.faults, [])
  await page.context().close()
})
