/* What opens a person and what is told of it, as the pages do it: whole numbers for a reason, a stranger in an emergency
 * and its review, the purpose of a login, the audit; no serious finding of axe, nothing wider than the screen. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { ask, checkPage, DESK, enter, openBrowser, openPage, startServer } from './support.mjs'

const REASON = { zh: '\u8def\u8fb9\u6655\u5012\u9700\u4e86\u89e3\u7528\u836f\u548c\u8fc7\u654f\u60c5\u51b5', en: 'Fainted in the street, allergies unknown' }
const LANGS = { zh: { locale: 'zh-CN' }, en: { locale: 'en-US' } }

let server, browser, stranger

before(async () => {
  server = await startServer({ residents: 2000 })
  browser = await openBrowser()
  stranger = await findStranger()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function begin(page, entry, login) {
  await page.goto(`${server.address}/${entry}`)
  await page.locator(`.demo-take[data-login=${login}]`).click()
}

/* Somebody of the clinician's township whom the doctor does not see, and the whole number. */
async function findStranger() {
  const doctor = await openPage(browser)
  await enter(doctor, server)
  const clinician = await openPage(browser)
  await begin(clinician, 'm.html', 'clinician')
  await clinician.locator('.due-card').first().waitFor()
  const { items } = await ask(clinician, '/obligations?state=overdue,due,open&limit=50')
  const id = await doctor.evaluate(async (ids) => {
    for (const one of ids) if ((await fetch(`/api/residents/${one}`)).status === 404) return one
    return null
  }, items.map(({ resident }) => resident.id))
  await doctor.context().close()
  const number = await clinician.evaluate(async ([target, reason]) => {
    const { csrf } = await (await fetch('/api/session')).json()
    const headers = { 'X-CSRF': csrf, 'Content-Type': 'application/json' }
    const answer = await fetch(`/api/residents/${target}/reveal`, { method: 'POST', headers, body: JSON.stringify({ reason }) })
    return (await answer.json()).id_number
  }, [id, REASON.zh])
  await clinician.context().close()
  assert.match(number, /^9966\d{13}[\dX]$/)
  return { id, number }
}

for (const [lang, options] of Object.entries(LANGS)) {
  test(`a number is shown whole for a reason, hidden again, and the person's page says who looked (${lang})`, async () => {
    const page = await openPage(browser, options)
    await enter(page, server)
    await page.locator('a.due-name').first().click()
    const facts = page.locator('.facts')
    await facts.waitFor()
    const masked = await facts.innerText()
    assert.doesNotMatch(masked, /9966\d{13}[\dX]/)
    await page.locator('.reveal-show').click()
    await checkPage(page, `reveal-${lang}`)
    await page.locator('dialog textarea').fill(REASON[lang])
    await page.locator('dialog button[type=submit]').click()
    await page.locator('.reveal-hide').waitFor()
    assert.match(await facts.innerText(), /9966\d{13}[\dX]/)
    await checkPage(page, `revealed-${lang}`)
    await page.locator('.reveal-hide').click()
    await page.locator('.reveal-show').waitFor()
    assert.equal(await facts.innerText(), masked)
    await page.locator('[aria-labelledby=looked-head] button').click()
    await page.locator('.looked-list li').first().waitFor()
    await page.locator('.looked-list').scrollIntoViewIfNeeded()
    assert.match(await page.locator('.looked-list').innerText(), lang === 'zh' ? /\u67e5\u770b\u5b8c\u6574\u53f7\u7801/ : /saw whole numbers/)
    await checkPage(page, `looked-${lang}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })

  test(`a stranger is opened in an emergency, and it is reviewed (${lang})`, async () => {
    const { id, number } = stranger
    const page = await openPage(browser, options)
    await enter(page, server)
    await page.goto(`${server.address}/m.html#/residents`)
    await page.fill('#search-words', 'qqqqqq')
    await page.locator('.emergency-open').click()
    await checkPage(page, `emergency-${lang}`)
    await page.locator('dialog input').fill(number)
    await page.locator('dialog textarea').fill(REASON[lang])
    await page.locator('dialog button[type=submit]').click()
    await page.waitForURL(new RegExp(`#/residents/${id}$`))
    await page.locator('.facts').waitFor()
    assert.deepEqual(page.faults, [])
    await page.context().close()

    const above = await openPage(browser, options)
    await begin(above, 'm.html#/emergencies', 'county')
    await above.locator('.emergency-who').first().waitFor()
    await checkPage(above, `review-${lang}`)
    assert.equal(await above.locator('.emergency-verdicts').count(), 1)
    await above.locator('li.card textarea').fill('1')
    await above.locator('.emergency-verdicts .is-primary').click()
    await above.locator('.emergency-who').waitFor({ state: 'detached' })
    await above.locator('.me-choice input').check()
    await above.locator('li.card .is-ok').first().waitFor()
    await checkPage(above, `reviewed-${lang}`)
    assert.deepEqual(above.faults, [])
    await above.context().close()
  })

  test(`who chooses another purpose on the phone has the pages of that one (${lang})`, async () => {
    const page = await openPage(browser, options)
    await begin(page, 'm.html#/me', 'director')
    await page.locator('.purpose-select').waitFor()
    await checkPage(page, `me-care-${lang}`)
    assert.ok((await page.locator('.purpose-select').boundingBox()).height >= 47.5)
    const tabs = page.locator('a.tab')
    const before = await tabs.count()
    await page.locator('.purpose-select').selectOption('management')
    await page.locator('a.tab[href="#/residents"]').waitFor({ state: 'detached' })
    assert.ok((await tabs.count()) < before)
    await checkPage(page, `me-management-${lang}`)
    assert.equal((await ask(page, '/session')).account.purpose, 'management')
    await page.locator('.purpose-select').selectOption('care')
    await page.locator('a.tab[href="#/residents"]').waitFor()
    await page.goto(`${server.address}/m.html#/`)
    await page.locator('.due-card').first().waitFor()
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })

  test(`the desk has the review, the purpose of the login and the audit (${lang})`, async () => {
    const page = await openPage(browser, { ...options, viewport: DESK })
    await begin(page, 'desk.html#/emergencies', 'county')
    await page.locator('.me-choice').waitFor()
    await checkPage(page, `desk-review-${lang}`)
    await page.locator('.bar .purpose-select').selectOption('inspection')
    await page.waitForFunction(async () => (await (await fetch('/api/session')).json()).account.purpose === 'inspection')
    await checkPage(page, `desk-purpose-${lang}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()

    const admin = await openPage(browser, { ...options, viewport: DESK })
    await begin(admin, 'desk.html#/audit', 'admin')
    await admin.locator('.desk-table tbody tr').first().waitFor()
    await checkPage(admin, `audit-all-${lang}`)
    await admin.locator('.audit-person').fill(stranger.id)
    await admin.locator('.desk-filters button').click()
    const lines = admin.locator('.desk-table tbody tr')
    await lines.filter({ hasText: lang === 'zh' ? /\u67e5\u770b\u5b8c\u6574\u53f7\u7801/ : /saw whole numbers/ }).filter({ hasText: REASON.zh }).first().waitFor()
    await lines.filter({ hasText: lang === 'zh' ? /\u7d27\u6025\u67e5\u770b/ : /opened in an emergency/ }).filter({ hasText: REASON[lang] }).first().waitFor()
    assert.equal(await lines.count(), await lines.filter({ hasText: stranger.id }).count())
    await checkPage(admin, `audit-${lang}`)

    const [file] = await Promise.all([admin.waitForEvent('download'), admin.locator('.audit-save').click()])
    const saved = readFileSync(await file.path(), 'utf8').trim().split('\r\n')
    assert.ok(saved.length > (await lines.count())) // with what was read meanwhile
    assert.ok(saved.slice(1).every((line) => line.includes(stranger.id)))
    assert.match(saved.join(), new RegExp(REASON[lang]))

    const opened = lines.filter({ hasText: lang === 'zh' ? /\u7d27\u6025\u67e5\u770b/ : /opened in an emergency/ }).first()
    const called = await opened.locator('.audit-pick').first().innerText()
    const others = lines.filter({ hasNotText: called })
    await others.first().waitFor()
    await opened.locator('.audit-pick').first().click()
    await admin.locator('.audit-account', { hasText: called }).waitFor()
    await others.first().waitFor({ state: 'detached' })
    assert.ok((await lines.count()) > 0)
    await checkPage(admin, `audit-account-${lang}`)
    await admin.locator('.audit-account').click()
    await others.first().waitFor()
    await admin.locator('.audit-person').fill('')
    await admin.locator('.desk-filters button').first().click()
    await lines.nth(49).waitFor()
    await admin.locator('.desk-more button').click()
    await lines.nth(50).waitFor()
    await checkPage(admin, `audit-more-${lang}`)
    await admin.locator('.audit-person').fill('nobody')
    await admin.locator('.desk-filters button').first().click()
    await admin.locator('.desk-error').waitFor()
    await checkPage(admin, `audit-wrong-${lang}`)
    /* Of each language its own: that somebody asked for a person is in the audit of that person. */
    await admin.locator('.audit-person').fill(`01857524-6e80-7cb0-aa34-8654b108cb${lang === 'zh' ? 'f0' : 'f1'}`)
    await admin.locator('.desk-filters button').first().click()
    await admin.locator('.el-table__empty-text').waitFor()
    await checkPage(admin, `audit-none-${lang}`)
    assert.deepEqual(admin.faults, [])
    await admin.context().close()
  })
}

/* Answers of the server with the longest names, none, late, or not at all. */
const LONG = '\u9686'.repeat(50)
const opening = {
  id: '01857524-6e80-7cb0-aa34-8654b108cbf0', opened_at: '2025-06-30T18:14:00Z', until: '2025-07-01', account_name: LONG, role_title: { zh: LONG, en: 'Role '.repeat(12) },
  facility_name: LONG, facility_name_en: 'Community Health Centre of '.repeat(4), was_found: false, is_own: false, reason: LONG + '\u8def'.repeat(10),
}

for (const [size, viewport] of Object.entries({ phone: { width: 320, height: 640 }, desk: DESK })) {
  test(`the review waits, fails, has nothing and has the longest names (${size})`, async () => {
    for (const [lang, options] of Object.entries(LANGS)) {
      const page = await openPage(browser, { ...options, viewport })
      let reply = () => {}
      await page.route('**/api/emergencies*', (asked) => reply(asked))
      await begin(page, `${size === 'desk' ? 'desk' : 'm'}.html#/emergencies`, 'county')
      await page.locator('.skeleton').first().waitFor()
      await checkPage(page, `review-waiting-${size}-${lang}`)
      reply = (asked) => asked.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ status: 500, code: 'INTERNAL', titles: { zh: LONG, en: 'It '.repeat(40) } }) })
      await page.reload()
      await page.locator('.note.is-danger button').waitFor()
      await checkPage(page, `review-failing-${size}-${lang}`)
      reply = (asked) => asked.fulfill({ json: { items: [] } })
      await page.locator('.note.is-danger button').click()
      await page.locator('p.card').waitFor()
      await checkPage(page, `review-none-${size}-${lang}`)
      reply = (asked) => asked.fulfill({ json: { items: [opening, { ...opening, id: opening.id.replace('0', '1'), verdict: 'unjustified', reviewer_name: LONG, note: LONG }] } })
      await page.locator('.me-choice input').check()
      await page.locator('.emergency-who').first().waitFor()
      await checkPage(page, `review-long-${size}-${lang}`)
      await page.context().close()
    }
  })
}

test('numbers are shown by keyboard alone, and a dialog that is left gives the focus back', async () => {
  const page = await openPage(browser)
  await enter(page, server)
  await page.locator('a.due-name').first().click()
  await page.locator('.reveal-show').waitFor()
  await page.locator('.reveal-show').focus()
  await page.keyboard.press('Enter')
  await page.locator('dialog textarea').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog').waitFor({ state: 'detached' })
  assert.ok(await page.locator('.reveal-show').evaluate((button) => button === document.activeElement))
  await page.keyboard.press('Enter')
  await page.locator('dialog textarea').waitFor()
  await page.keyboard.type(REASON.en)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.locator('.reveal-hide').waitFor()
  assert.match(await page.locator('.facts').innerText(), /9966\d{13}[\dX]/)
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('whole numbers are hidden again after a minute', async () => {
  const page = await openPage(browser)
  await page.clock.install()
  await enter(page, server)
  await page.locator('a.due-name').first().click()
  await page.locator('.reveal-show').click()
  await page.locator('dialog textarea').fill(REASON.en)
  await page.locator('dialog button[type=submit]').click()
  await page.locator('.reveal-hide').waitFor()
  await page.clock.fastForward(61_000)
  await page.locator('.reveal-show').waitFor()
  assert.doesNotMatch(await page.locator('.facts').innerText(), /9966\d{13}[\dX]/)
  await page.context().close()
})
