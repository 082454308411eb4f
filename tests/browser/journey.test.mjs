/* The village doctor's way: list, resident, form, submit, list; in both languages. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask, enter, openBrowser, openPage, picture, startServer, TODAY } from './support.mjs'

const WORDS = {
  zh: { locale: 'zh-CN', band: '演示数据', overdue: '逾期', why: '为什么', together: /这 \d 项可一次完成/, notControlled: '控制不满意', saved: '已保存' },
  en: { locale: 'en-US', band: 'Demo data', overdue: 'Overdue', why: 'Why?', together: /These \d can be done at one visit/, notControlled: 'Not controlled', saved: 'Saved' },
}

let server, browser

before(async () => {
  server = await startServer()
  browser = await openBrowser('/usr/bin/chromium')
})
after(async () => {
  await browser?.close()
  await server?.close()
})

const choice = (page, field, index) => page.locator(`fieldset:has(#field-${field}) label.choice`).nth(index)
/* After sending: back at the list with a note, or a page with advice. */
const sent = (page) => page.locator('.note-shown, .record-done').first().waitFor()
/* A test before may have left one on the server, which would be gone on with. */
function dropDraft(page, resident) {
  return page.evaluate(async (id) => {
    const { csrf } = await (await fetch('/api/session')).json()
    await fetch(`/api/drafts/hypertension_followup?resident=${id}`, { method: 'DELETE', headers: { 'X-CSRF': csrf } })
  }, resident)
}
/* Begins the first visit for hypertension of the list that is shown; gives its item. */
async function beginVisit(page) {
  await page.locator('.due-card').first().waitFor()
  const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=50')
  const at = items.findIndex((item) => item.program === 'hypertension' && item.obligation === 'followup')
  await dropDraft(page, items[at].resident.id)
  await page.locator('.due-card').nth(at).locator('.due-start').click()
  await page.locator('.form-body').waitFor()
  return items[at]
}
const stepTitle = (page) => page.locator('#step-title').innerText()

async function forward(page) {
  const title = await stepTitle(page)
  await page.locator('.form-actions .is-primary').click()
  await page.waitForFunction((old) => document.getElementById('step-title')?.innerText !== old, title)
}

/* Fills in a whole visit with a high blood pressure and stands at the summary. */
async function fillVisit(page, { sbp = '168', dbp = '102' } = {}) {
  await choice(page, 'mode', 1).click()
  await forward(page)
  await choice(page, 'symptoms', 0).click()
  await choice(page, 'critical_signs', 0).click()
  await forward(page)
  await page.fill('#field-sbp', sbp)
  await page.fill('#field-dbp', dbp)
  await page.fill('#field-height', '160')
  await page.fill('#field-weight', '64')
  await page.fill('#field-heart_rate', '76')
  await forward(page)
  await page.fill('#field-cigarettes', '0')
  await page.fill('#field-alcohol', '0')
  await page.fill('#field-exercise_times', '3')
  await page.fill('#field-exercise_times_target', '5')
  await page.fill('#field-exercise_minutes', '20')
  await page.fill('#field-exercise_minutes_target', '30')
  for (const field of ['salt', 'mental_adjustment', 'obedience']) await choice(page, field, 0).click()
  await forward(page)
  for (const field of ['compliance', 'adverse_reaction', 'new_complication']) await choice(page, field, 0).click()
  await forward(page)
  await forward(page)
}

for (const [lang, words] of Object.entries(WORDS)) {
  test(`a due visit is recorded, and list and next date change at once (${lang})`, async () => {
    const page = await openPage(browser, { locale: words.locale })
    await page.goto(`${server.address}/m.html`)
    await page.locator('.demo-take').first().waitFor()
    assert.match(await page.locator('.demo-band').innerText(), new RegExp(words.band))
    await picture(page, `login-${lang}`)
    await enter(page, server)
    await page.locator('.due-card').first().waitFor()
    await picture(page, `list-${lang}`)
    const before = await ask(page, '/obligations?state=overdue,due,open&limit=50')
    assert.match(await page.locator('.due-filter.is-overdue').innerText(), new RegExp(words.overdue))
    const dates = before.items.map((item) => item.due_on)
    assert.deepEqual(dates, dates.slice().sort())
    assert.equal(await page.locator('.due-card').count(), before.items.length)
    const several = before.items.findIndex((item) => item.visit)
    assert.ok(several >= 0)
    const visit = before.visits.find((one) => one.resident === before.items[several].resident.id)
    const card = await page.locator('.due-card').nth(several).innerText()
    assert.match(card, words.together)
    for (const item of visit.items) assert.ok(card.includes(item.title[lang]), `${item.title[lang]} in ${card}`)
    const { resident } = before.items[0]
    assert.equal(await page.locator('a.due-name').first().innerText(), resident.name)

    await page.locator('a.due-name').first().click()
    await page.locator('.obligation button', { hasText: words.why }).first().click()
    await page.locator('.reasons li').first().waitFor()
    await picture(page, `resident-${lang}`)
    await page.locator('.obligation a.is-primary').first().click()
    await page.locator('.form-body').waitFor()
    await picture(page, `form-1-${lang}`)

    await fillVisit(page)
    await picture(page, `form-summary-${lang}`)
    const summary = await page.locator('.form-page').innerText()
    assert.match(summary, /25(\.00?)? kg/, 'the computed BMI is in the summary')
    assert.match(summary, new RegExp(words.notControlled), 'the suggested class is in the summary')
    assert.match(summary, /2025-07-14/, 'the suggested next date is 14 days later')
    assert.ok(await page.locator('.form-page .advice').count(), 'there is advice')
    await page.locator('.form-actions .is-primary').click()

    const done = page.locator('.record-done')
    await done.waitFor()
    assert.match(await done.innerText(), new RegExp(`${words.saved}[^]*${resident.name}[^]*2025-07-14`))
    assert.ok(await done.locator('.advice').count(), 'the advice is told after sending')
    await picture(page, `done-${lang}`)
    await done.locator('a.is-primary').click()
    const after = await ask(page, '/obligations?state=overdue,due,open&limit=50')
    await page.waitForFunction((n) => document.querySelectorAll('.due-card').length === n, after.items.length)
    await picture(page, `list-after-${lang}`)
    const sum = (counts) => counts.overdue + counts.due + counts.open
    assert.equal(sum(after.counts), sum(before.counts) - 1)
    assert.ok(!after.items.some((item) => item.resident.id === resident.id && item.obligation === 'followup'))
    assert.equal(await page.locator('a.due-name').first().innerText(), after.items[0].resident.name)

    const theirs = await ask(page, `/residents/${resident.id}`)
    assert.equal(theirs.records[0].happened_on, TODAY)
    assert.ok(theirs.obligations.some((item) => item.due_on === '2025-07-14'))
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

test('what a reason hides is not asked, and comes back when the reason goes', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  await beginVisit(page)
  const all = await page.locator('.form-bar span').count()
  await choice(page, 'lost_reason', 0).click()
  await page.locator('#field-death_cause').waitFor()
  assert.equal(await page.locator('.form-bar span').count(), 2)
  await page.locator('.choice-clear').click()
  assert.equal(await page.locator('.form-bar span').count(), all)
  assert.equal(await page.locator('#field-death_cause').count(), 0)
  await page.context().close()
})

test('what is impossible is refused, what is unusual is asked back, and the focus goes there', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  await beginVisit(page)
  await page.locator('.form-actions .is-primary').click()
  await page.waitForFunction(() => document.activeElement?.id === 'field-mode')
  assert.equal(await page.locator('#field-mode').getAttribute('aria-invalid'), 'true')
  await choice(page, 'mode', 1).click()
  await forward(page)
  await choice(page, 'symptoms', 1).click()
  await choice(page, 'symptoms', 0).click()
  assert.deepEqual(
    await page.locator('fieldset:has(#field-symptoms) label.is-on .choice-code').allInnerTexts(), ['1'],
    'no symptoms excludes the others',
  )
  await choice(page, 'critical_signs', 0).click()
  await forward(page)
  await page.fill('#field-dbp', '100')
  await page.fill('#field-heart_rate', '70')
  await page.fill('#field-weight', '60')
  await page.fill('#field-sbp', '999')
  await page.locator('.form-actions .is-primary').click()
  await page.waitForFunction(() => document.activeElement?.id === 'field-sbp')
  assert.match(await page.locator('#field-sbp-issues').innerText(), /300/)
  const described = await page.locator('#field-sbp').getAttribute('aria-describedby')
  assert.ok(described.split(' ').includes('field-sbp-issues'))
  /* Full-width digits of a Chinese keyboard are digits. */
  await page.fill('#field-sbp', '\uff12\uff11\uff10')
  await page.locator('.form-actions .is-primary').click()
  const confirm = page.locator('#field-sbp-issues input[type=checkbox]')
  await confirm.waitFor()
  await picture(page, 'form-unusual-zh')
  await confirm.check()
  await forward(page)
  assert.ok(await page.locator('.advice.is-danger').count(), 'an emergency is told')
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('drugs are added and taken away', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  await beginVisit(page)
  await choice(page, 'mode', 1).click()
  await forward(page)
  await choice(page, 'symptoms', 0).click()
  await choice(page, 'critical_signs', 0).click()
  await forward(page)
  for (const [field, value] of [['sbp', '130'], ['dbp', '80'], ['heart_rate', '70'], ['weight', '60']]) {
    await page.fill(`#field-${field}`, value)
  }
  await forward(page)
  for (const [field, value] of [['cigarettes', '0'], ['alcohol', '0'], ['exercise_times', '0'], ['exercise_times_target', '0']]) {
    await page.fill(`#field-${field}`, value)
  }
  for (const field of ['salt', 'mental_adjustment', 'obedience']) await choice(page, field, 0).click()
  await forward(page)
  while (await page.locator('.row-remove').count()) await page.locator('.row-remove').first().click()
  await page.locator('#field-drugs-add').click()
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'field-drugs-0-drug_name')
  await page.fill('#field-drugs-0-drug_name', 'Amlodipine')
  for (const field of ['compliance', 'adverse_reaction', 'new_complication']) await choice(page, field, 0).click()
  await page.locator('.form-actions .is-primary').click()
  await page.locator('#field-drugs-0-times_per_day-issues .issue-hard').waitFor()
  await picture(page, 'form-drugs-zh')
  await page.locator('#field-drugs-add').click()
  assert.equal(await page.locator('.row-card').count(), 2)
  await page.locator('.row-remove').last().click()
  await page.locator('.row-remove').last().click()
  assert.equal(await page.locator('.row-card').count(), 0)
  await forward(page)
  await page.context().close()
})

test('what was typed survives a reload and an expired login', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  const { resident: { name } } = await beginVisit(page)
  await fillVisit(page, { sbp: '128', dbp: '78' })
  await page.reload()
  await page.locator('#step-title').waitFor()
  assert.match(await page.locator('.back-bar h1').innerText(), new RegExp(name))
  while (await page.locator('.form-body').count()) await forward(page)
  assert.match(await page.locator('.form-page').innerText(), /128/)

  await page.context().clearCookies({ name: 'session' })
  await page.locator('.form-actions .is-primary').click()
  await page.locator('dialog[open] #login-password').waitFor()
  await picture(page, 'login-again-zh')
  const demo = await (await fetch(`${server.address}/api/demo`)).json()
  await page.fill('dialog #login-password', demo.accounts.find((account) => account.login === 'clinician').password)
  await page.locator('dialog .is-primary').click()
  await page.locator('.note-shown').waitFor()
  assert.match(await page.locator('.note-shown').innerText(), new RegExp(name))
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('a record is amended with a reason, and both versions stay', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  const list = await ask(page, '/obligations?state=overdue,due,open&program=hypertension&limit=100')
  const { resident } = list.items.filter((item) => item.obligation === 'followup').at(-1)
  const theirs = await ask(page, `/residents/${resident.id}`)
  const isVisit = (record) => !record.is_ended && record.summary.some((value) => value.field === 'sbp')
  const old = theirs.records.find((record) => record.form === 'hypertension_followup' && isVisit(record))
  const { sbp } = (await ask(page, `/records/${old.id}`)).answers
  const corrected = sbp % 10 === 9 ? sbp - 1 : sbp + 1 /* on the same side of every target */
  await page.goto(`${server.address}/m.html#/records/${old.id}`)
  await page.locator('.answers').first().waitFor()
  await picture(page, 'record-zh')
  await page.locator('.record-actions a').click()
  await page.locator('.form-body').waitFor()
  while (!(await page.locator('#field-sbp').count())) await forward(page)
  await page.fill('#field-sbp', String(corrected))
  while (await page.locator('.form-body').count()) await forward(page)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note.is-danger').waitFor()
  await page.fill('#amend-reason', 'misread')
  await page.locator('.form-actions .is-primary').click()
  await sent(page)
  const now = await ask(page, `/residents/${resident.id}`)
  const before = now.records.find((record) => record.id === old.id)
  const newer = now.records.find((record) => record.amends === old.id)
  assert.equal(before.is_ended, true)
  assert.equal((await ask(page, `/records/${newer.id}`)).answers.sbp, corrected)
  await page.goto(`${server.address}/m.html#/residents/${resident.id}`)
  await page.locator('.record-line.is-ended').first().waitFor()
  await page.context().close()
})

test('a record is voided with a reason, and what is owed is owed again', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  const list = await ask(page, '/obligations?state=overdue,due,open&program=hypertension&limit=100')
  const { resident } = list.items.filter((item) => item.obligation === 'followup').at(-1)
  const theirs = await ask(page, `/residents/${resident.id}`)
  const record = theirs.records.find((one) => one.form === 'hypertension_followup' && !one.is_ended)
  await page.goto(`${server.address}/m.html#/records/${record.id}`)
  await page.locator('.record-actions .is-danger').click()
  await page.locator('dialog .is-danger').first().click()
  await page.locator('#void-error:not(:empty)').waitFor()
  await page.fill('#void-reason', 'wrong person')
  await page.locator('dialog .is-danger').first().click()
  await page.locator('.note-shown').waitFor()
  const now = await ask(page, `/residents/${resident.id}`)
  assert.equal(now.records.find((one) => one.id === record.id).is_ended, true)
  await page.context().close()
})

test('residents are found by name', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=1')
  await page.locator('.tab[href="#/residents"]').click()
  await page.fill('#search-words', items[0].resident.name)
  await page.locator('.found', { hasText: items[0].resident.name }).first().waitFor()
  await picture(page, 'search-zh')
  await page.fill('#search-words', 'zzzzqq')
  await page.waitForFunction(() => document.querySelectorAll('.found').length === 0)
  await page.context().close()
})

test('a list that cannot be read says so and can be read again', async () => {
  const page = await openPage(browser)
  await page.route('**/api/obligations?*', (route) => route.abort())
  await enter(page, server, 'clinician')
  await page.locator('.note.is-danger button').waitFor()
  await picture(page, 'list-failed-zh')
  await page.unroute('**/api/obligations?*')
  await page.locator('.note.is-danger button').click()
  await page.locator('.due-card').first().waitFor()
  await page.context().close()
})

test('a record that got no answer is sent again and stored once', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  const { resident } = await beginVisit(page)
  await fillVisit(page, { sbp: '126', dbp: '76' })
  /* The server stores it, but its answer is lost. */
  await page.route('**/api/records', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note.is-danger').waitFor()
  await page.unroute('**/api/records')
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown').waitFor()
  const theirs = await ask(page, `/residents/${resident.id}`)
  assert.equal(theirs.records.filter((record) => record.happened_on === TODAY).length, 1)
  await page.context().close()
})

/* Sends a visit whose answer is lost, and then changes a value: stands at the summary again. Gives the resident. */
async function loseAnswerAndChange(page) {
  await enter(page, server, 'clinician')
  const { resident } = await beginVisit(page)
  await fillVisit(page, { sbp: '126', dbp: '76' })
  await page.route('**/api/records', async (route) => {
    await route.fetch()
    await route.abort()
  })
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note.is-danger').waitFor()
  await page.unroute('**/api/records')
  while (!(await page.locator('#field-sbp').count())) {
    const title = await stepTitle(page)
    await page.locator('.form-actions .button').first().click()
    await page.waitForFunction((old) => document.getElementById('step-title')?.innerText !== old, title)
  }
  await page.fill('#field-sbp', '128')
  while (await page.locator('.form-body').count()) await forward(page)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('dialog[open] #stored-reason').waitFor()
  return resident
}

const visitsOfToday = async (page, resident) => {
  const { records } = await ask(page, `/residents/${resident.id}`)
  return records.filter((record) => record.happened_on === TODAY && record.form === 'hypertension_followup')
}

for (const locale of ['zh-CN', 'en-US']) {
  test(`what was changed after a lost answer is sent as an amendment, with a reason (${locale})`, async () => {
    const page = await openPage(browser, { locale })
    const resident = await loseAnswerAndChange(page)
    await picture(page, `stored-${locale.slice(0, 2)}`)
    await page.locator('dialog .is-primary').click()
    await page.locator('#stored-error:not(:empty)').waitFor()
    await page.fill('#stored-reason', 'misread')
    await page.locator('dialog .is-primary').click()
    await sent(page)
    const visits = await visitsOfToday(page, resident)
    const newer = visits.find((record) => !record.is_ended)
    assert.equal(visits.length, 2)
    assert.equal(newer.amends, visits.find((record) => record.is_ended).id)
    assert.equal((await ask(page, `/records/${newer.id}`)).answers.sbp, 128)
    assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('catchment.draft.')).length), 0)
    await page.context().close()
  })
}

test('after a lost answer the stored record can be kept as it is', async () => {
  const page = await openPage(browser)
  const resident = await loseAnswerAndChange(page)
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => !document.querySelector('dialog[open]'))
  assert.match(await page.locator('.form-page').innerText(), /128/, 'what was typed is still here')
  await page.locator('.form-actions .is-primary').click()
  await page.locator('dialog[open] .button.is-wide').nth(1).click()
  await page.locator('.note-shown').waitFor()
  const visits = await visitsOfToday(page, resident)
  assert.equal(visits.length, 1)
  assert.equal((await ask(page, `/records/${visits[0].id}`)).answers.sbp, 126)
  await page.context().close()
})

test('urgent advice stands first after sending, and the next line of the same service cannot be begun yet', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  await beginVisit(page)
  await choice(page, 'mode', 1).click()
  await forward(page)
  await choice(page, 'symptoms', 0).click()
  await choice(page, 'critical_signs', 1).click()
  await forward(page)
  for (const [field, value] of [['sbp', '168'], ['dbp', '102'], ['weight', '64'], ['heart_rate', '76']]) {
    await page.fill(`#field-${field}`, value)
  }
  await forward(page)
  for (const field of ['cigarettes', 'alcohol', 'exercise_times', 'exercise_times_target']) await page.fill(`#field-${field}`, '0')
  for (const field of ['salt', 'mental_adjustment', 'obedience']) await choice(page, field, 0).click()
  await forward(page)
  for (const field of ['compliance', 'adverse_reaction', 'new_complication']) await choice(page, field, 0).click()
  while (await page.locator('.form-body').count()) {
    const before = await stepTitle(page)
    await forward(page)
    assert.notEqual(await stepTitle(page), before)
  }
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.record-done .advice').first().waitFor()
  assert.ok(await page.locator('.record-done .advice').first().evaluate((advice) => advice.matches('.is-danger') && advice.querySelector('svg') !== null))
  await picture(page, 'done-urgent-zh')
  await page.locator('.language-switch').click()
  await picture(page, 'done-urgent-en')
  await page.locator('.language-switch').click()
  await page.locator('.record-done a.is-wide').last().click()
  await page.locator('.obligation').first().waitFor()
  await picture(page, 'resident-next-zh')
  assert.equal(await page.locator('.obligation.is-closed .is-primary').count(), 0)
  const closed = await page.locator('.obligation.is-closed h3').allInnerTexts()
  assert.equal(new Set(closed).size, closed.length, 'one line a service')
  await page.context().close()
})

test('a page left open over midnight learns the new day when it is looked at', async () => {
  const page = await openPage(browser)
  await page.addInitScript(() => {
    const now = Date.now
    Date.now = () => now() + (window.later ?? 0)
  })
  await enter(page, server, 'clinician')
  await page.locator('.due-card').first().waitFor()
  await page.route('**/api/session', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...(await response.json()), today: '2025-07-01' } })
  })
  let lists = 0
  await page.route('**/api/obligations?*', (route) => {
    lists++
    return route.continue()
  })
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  assert.match(await page.locator('.due-head').innerText(), /2025-06-30/, 'not twice in the first minute')
  await page.evaluate(() => {
    window.later = 61_000
    window.dispatchEvent(new Event('focus'))
  })
  await page.locator('.due-head', { hasText: '2025-07-01' }).waitFor()
  await page.waitForFunction(() => document.querySelectorAll('.due-card').length > 0)
  assert.equal(lists, 1)
  await page.locator('.due-start').first().click()
  await page.locator('#happened-on').waitFor()
  assert.equal(await page.getAttribute('#happened-on', 'max'), '2025-07-01')
  assert.equal(await page.inputValue('#happened-on'), TODAY, 'the day of a record is the server\'s')
  await page.context().close()
})

test('login and list work by keyboard alone', async () => {
  const page = await openPage(browser)
  await page.goto(`${server.address}/m.html`)
  await page.locator('#login-name').waitFor()
  const demo = await (await fetch(`${server.address}/api/demo`)).json()
  const { login, password } = demo.accounts.find((account) => account.login === 'clinician')
  const tabTo = async (selector) => {
    for (let i = 0; i < 30; i++) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`${selector} is not reached by Tab`)
  }
  await tabTo('#login-name')
  await page.keyboard.type(login)
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.locator('.due-card').first().waitFor()
  await tabTo('.due-filter.is-overdue')
  await page.keyboard.press('Space')
  await page.locator('.due-filter.is-overdue[aria-pressed=true]').waitFor()
  await page.locator('.due-card').first().waitFor()
  await tabTo('a.due-name')
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement, '::after').outlineStyle)
  assert.equal(outline, 'solid', 'the focus is visible')
  await page.keyboard.press('Enter')
  await page.locator('.obligation').first().waitFor()
  await page.context().close()
})

test('the language changes everywhere at once and is kept', async () => {
  const page = await openPage(browser)
  await enter(page, server, 'clinician')
  await page.locator('.language-switch').click()
  await page.locator('html[lang="en"]').waitFor({ state: 'attached' }) /* its words are fetched first */
  assert.match(await page.locator('h1').innerText(), /To do/)
  await page.reload()
  await page.locator('.due-head').waitFor()
  assert.match(await page.locator('h1').innerText(), /To do/)
  await page.context().close()
})
