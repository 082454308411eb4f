/* The phone without a network: the app opens, people are found, records wait and arrive; and what can go wrong with it. */
import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { after, before, test } from 'node:test'
import { ask, checkPage, DESK, enter, openBrowser, openPage, PHONE, picture, startServer } from './support.mjs'

let server, browser, road

/* The road between phone and server: it can be closed, break a sync off, and bring a newer version of the app. */
async function buildRoad(target) {
  const road = { isClosed: false, cutSyncAfter: 0, version: '', sockets: new Set() }
  const listener = createServer((asked, answer) => {
    if (road.isClosed) return asked.socket.destroy()
    const { 'if-none-match': _known, 'accept-encoding': _packed, ...headers } = asked.headers
    const onward = request(`${target}${asked.url}`, { method: asked.method, headers }, (came) => {
      const isRenewed = road.version !== '' && asked.url === '/sw.js' && came.statusCode === 200
      if (!isRenewed) {
        answer.writeHead(came.statusCode, came.headers)
        let bytes = 0
        if (road.cutSyncAfter && asked.url === '/api/sync') came.on('data', (part) => (bytes += part.length) > road.cutSyncAfter && asked.socket.destroy())
        return came.pipe(answer)
      }
      const parts = []
      came.on('data', (part) => parts.push(part)).on('end', () => {
        const { 'content-length': _length, etag: _tag, ...headers } = came.headers
        answer.writeHead(200, headers).end(Buffer.concat(parts).toString().replace(/VERSION = "\w+"/, `VERSION = "${road.version}"`))
      })
    })
    onward.on('error', () => asked.socket.destroy())
    asked.pipe(onward)
  })
  listener.on('connection', (socket) => road.sockets.add(socket.on('close', () => road.sockets.delete(socket))))
  await new Promise((done) => listener.listen(0, '127.0.0.1', done))
  road.address = `http://127.0.0.1:${listener.address().port}`
  road.cut = () => {
    road.isClosed = true
    for (const socket of road.sockets) socket.destroy()
  }
  road.close = () => {
    road.cut()
    listener.close()
  }
  return road
}

before(async () => {
  server = await startServer()
  road = await buildRoad(server.address)
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  road?.close()
  await server?.close()
})

const openPhone = (options = {}) => openPage(browser, { serviceWorkers: 'allow', ...options })
const isKept = (page) => page.waitForFunction(() => navigator.serviceWorker.controller !== null)

test('the page is an app that can be installed: manifest, icons, worker', async () => {
  const manifest = await (await fetch(`${server.address}/manifest.webmanifest`)).json()
  assert.equal(manifest.start_url, '/m.html')
  for (const { src, sizes } of manifest.icons) {
    const icon = await fetch(server.address + src)
    assert.equal(icon.headers.get('content-type'), 'image/png')
    assert.equal(new DataView(await icon.arrayBuffer()).getUint32(16), Number(sizes.split('x')[0]), src)
  }
  const page = await openPhone()
  await enter(page, server)
  await isKept(page)
  const devtools = await page.context().newCDPSession(page)
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), [])
  assert.deepEqual(page.faults, [])
  await page.context().close()
})

test('the app opens without a network, and nothing of the API is kept', async () => {
  const page = await openPhone()
  await enter(page, road)
  await isKept(page)
  await page.context().setOffline(true)
  for (const address of ['/m.html', '/']) {
    await page.goto(road.address + address)
    await page.locator('.state-line .is-lost').waitFor()
    await page.locator('.note.is-danger').waitFor()
  }
  await page.context().setOffline(false)
  road.cut()
  await page.reload()
  await page.locator('.state-line .is-lost').waitFor()
  await picture(page, 'offline-no-copy')
  const addresses = await page.evaluate(async () => {
    const caches_ = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))
    return caches_.flat().map(({ url }) => new URL(url).pathname)
  })
  assert.ok(addresses.length > 20)
  assert.deepEqual(addresses.filter((path) => path !== '/m.html' && !path.startsWith('/assets/')), [])
  assert.ok(addresses.some((path) => path.endsWith('.wasm')))
  const failed = await page.evaluate(() => fetch('/api/session').then(() => 'answered', () => 'failed'))
  assert.equal(failed, 'failed', 'the worker invents no answer of the API')
  road.isClosed = false
  await page.context().close()
})

test('a new version is offered, and not in the middle of a form', async () => {
  const page = await openPhone()
  await enter(page, road)
  await isKept(page)
  road.version = 'feedfacefeedface'
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update())
  const offer = page.locator('.state-line button')
  await offer.waitFor()
  await picture(page, 'offline-new-version')
  await page.locator('.due-card .due-start').first().click()
  await page.locator('.form-body').waitFor()
  assert.equal(await offer.count(), 0)
  await page.goBack()
  await offer.click()
  await page.waitForFunction(async () => (await caches.keys()).join() === 'shell-feedfacefeedface')
  await offer.waitFor({ state: 'detached' }) /* the page is loaded anew */
  await page.locator('.due-card').first().waitFor()
  assert.equal(await offer.count(), 0)
  assert.deepEqual(page.faults, [])
  road.version = ''
  await page.context().close()
})

test('a phone whose address is not secure is told so, and works online', async () => {
  const page = await openPhone()
  await page.addInitScript(() => Object.defineProperty(window, 'isSecureContext', { value: false }))
  await enter(page, server)
  await page.locator('.state-line', { hasText: '只能联网使用' }).waitFor()
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0)
  await page.locator('.state-task').click()
  await page.locator('main .note', { hasText: 'https' }).waitFor()
  await checkPage(page, 'offline-not-secure')
  await page.context().close()
})

/* ---- The copy, the outbox and what can go wrong ---- */

const PIN = '482913'
const choice = (page, field, index) => page.locator(`fieldset:has(#field-${field}) label.choice`).nth(index)
const forward = async (page) => {
  const title = await page.locator('#step-title').innerText()
  await page.locator('.form-actions .is-primary').click()
  await page.waitForFunction((old) => document.getElementById('step-title')?.innerText !== old, title)
}

async function visit(page, resident, pressure) {
  await page.goto(`${page.url().split('#')[0]}#/form/hypertension_followup?resident=${resident}`)
  await fillVisit(page, pressure)
}

/* A whole follow-up of hypertension, sent. */
async function fillVisit(page, { sbp = '128', dbp = '80' } = {}) {
  await choice(page, 'mode', 0).click()
  await forward(page)
  for (const field of ['symptoms', 'critical_signs']) await choice(page, field, 0).click()
  await forward(page)
  for (const [field, value] of Object.entries({ sbp, dbp, height: '160', weight: '60', heart_rate: '76' })) await page.fill(`#field-${field}`, value)
  await forward(page)
  const counts = { cigarettes: '0', alcohol: '0', exercise_times: '3', exercise_times_target: '5', exercise_minutes: '20', exercise_minutes_target: '30' }
  for (const [field, value] of Object.entries(counts)) await page.fill(`#field-${field}`, value)
  for (const field of ['salt', 'mental_adjustment', 'obedience']) await choice(page, field, 0).click()
  await forward(page)
  for (const field of ['compliance', 'adverse_reaction', 'new_complication']) await choice(page, field, 0).click()
  while (await page.locator('.form-body').count()) await forward(page)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown, .record-done').first().waitFor()
}

/* Sets the PIN and waits until the people are here. */
async function keepCopy(page) {
  await page.goto(`${page.url().split('#')[0]}#/sync`)
  await page.fill('#pin-first', PIN)
  await page.fill('#pin-again', PIN)
  await page.locator('main form .is-primary').click()
  await page.locator('.sync-now').waitFor()
  await page.waitForFunction(() => Number(document.querySelectorAll('main .facts dd')[1]?.textContent) > 0)
  await page.locator('.sync-now:enabled').waitFor()
}

async function enterPin(page, pin = PIN) {
  await page.fill('#pin', pin)
  await page.locator('.pin-form .is-primary').click()
}

/* A phone with its copy on it, standing at the list; its clock can be moved. */
async function newPhone(options = {}) {
  const page = await openPhone(options)
  await page.clock.install()
  await enter(page, road, options.login ?? 'doctor')
  await isKept(page)
  await keepCopy(page)
  await page.goto(`${road.address}/m.html#/`)
  return page
}

const listed = (page) => ask(page, '/obligations?state=overdue,due,open&program=hypertension&limit=100')
/* Somebody whose follow-up is owed, each time another one. */
let taken = 0
async function somebody(page) {
  const { items } = await listed(page)
  return items.filter(({ obligation }) => obligation === 'followup')[taken++].resident
}
const state = (page, words) => page.locator('.state-line', { hasText: words }).waitFor()

const WORDS = {
  zh: { locale: 'zh-CN', offline: '离线', waiting: '1 条待上传', connected: '已连接', trouble: '1 条需要处理', group: '待上传' },
  en: { locale: 'en-US', offline: 'Offline', waiting: '1 to send', connected: 'Connected', trouble: 'Needs you: 1', group: 'Waiting' },
}

for (const [lang, words] of Object.entries(WORDS)) {
  test(`a week without a network: open, find, fill in, and everything arrives on return (${lang})`, async () => {
    const page = await newPhone({ locale: words.locale })
    const { counts } = await ask(page, '/obligations?state=overdue,due,open&limit=1')
    const who = await somebody(page)
    const { resident: known } = await ask(page, `/residents/${who.id}`)
    const pressure = (charts) => charts.find(({ id }) => id === 'blood_pressure')
    const drawn = pressure((await ask(page, `/residents/${who.id}/charts`)).charts)
    await page.context().setOffline(true)
    await page.reload()
    await page.locator('.pin-dialog.is-cover').waitFor()
    await checkPage(page, `offline-pin-${lang}`)
    await enterPin(page, '111111')
    await page.locator('.pin-error', { hasText: '9' }).waitFor()
    await enterPin(page)
    await page.locator('.due-card').first().waitFor()
    await state(page, words.offline)
    const shown = await page.locator('.due-filter-n').allInnerTexts()
    assert.deepEqual(shown.map(Number), [counts.overdue + counts.due + counts.open, counts.overdue, counts.due, counts.open])
    await checkPage(page, `offline-list-${lang}`)

    await page.goto(`${road.address}/m.html#/residents`)
    for (const asked of [who.name, who.name.slice(1), known.id_number_masked.slice(-4)]) {
      await page.fill('#search-words', asked)
      await page.locator(`.found[href="#/residents/${who.id}"]`).waitFor()
      await page.fill('#search-words', '')
      await page.locator('.found').first().waitFor({ state: 'detached' })
    }
    await page.fill('#search-words', who.name)
    await page.locator(`.found[href="#/residents/${who.id}"]`).click()
    await page.locator('.obligation').first().waitFor()
    const blood = page.locator('.chart').first()
    await blood.locator('.chart-mark').first().waitFor()
    assert.equal(await blood.locator('.chart-text.is-limit').count(), drawn.limits.length)
    await blood.locator('summary').click()
    assert.match(await blood.locator('tbody th').first().innerText(), new RegExp(drawn.lines[0].values.at(-1).on))
    await checkPage(page, `offline-resident-${lang}`)

    await visit(page, who.id)
    await page.goto(`${road.address}/m.html#/`)
    await state(page, words.waiting)
    await page.locator('h2', { hasText: words.group }).waitFor()
    assert.equal(Number(await page.locator('.due-filter-n').first().innerText()), counts.overdue + counts.due + counts.open - 1)
    await page.goto(`${road.address}/m.html#/residents/${who.id}`)
    await page.locator('.obligation.is-waiting').waitFor()
    await page.locator('.chart-latest', { hasText: '128/80' }).waitFor() /* what waits is drawn too */
    await page.goto(`${road.address}/m.html#/sync`)
    await page.locator('main .card', { hasText: who.name }).waitFor()
    await checkPage(page, `offline-sync-waiting-${lang}`)

    await page.clock.fastForward(7 * 86_400_000)
    await page.locator('.pin-dialog.is-cover').waitFor()
    await enterPin(page)
    await page.locator('.pin-dialog').waitFor({ state: 'detached' })
    await page.goto(`${road.address}/m.html#/`)
    await page.reload()
    await enterPin(page)
    await page.locator('.due-head .number', { hasText: '2025-07-07' }).waitFor()
    await state(page, words.waiting)

    /* the login has ended meanwhile */
    if (lang === 'en') await page.context().clearCookies()
    await page.context().setOffline(false)
    await state(page, words.connected)
    if (lang === 'en') {
      const again = page.locator('dialog .login-form')
      /* the page may have asked by itself meanwhile, and its dialog lies over the line */
      await page.locator('.state-task').click({ timeout: 2000 }).catch(() => again.waitFor())
      await again.locator('#login-password').fill('catchment-demo')
      await again.locator('.is-primary').click()
      await again.waitFor({ state: 'detached' })
    }
    await page.waitForFunction(() => !/\d/.test(document.querySelector('.state-line [role=status]').innerText))
    const { records } = await ask(page, `/residents/${who.id}`)
    assert.equal(records.filter(({ form, happened_on }) => form === 'hypertension_followup' && happened_on === '2025-06-30').length, 1)
    await page.goto(`${road.address}/m.html#/sync`)
    await page.locator('.sync-sent', { hasText: who.name }).waitFor()
    await checkPage(page, `offline-sync-sent-${lang}`)
    assert.deepEqual(page.faults, [])
    await page.context().close()
  })
}

test('a record that the server refuses is told, corrected and sent', async () => {
  const page = await newPhone()
  const who = await somebody(page)
  await page.context().setOffline(true)
  await page.reload()
  await enterPin(page)
  await page.locator('.due-card').first().waitFor()
  /* the phone's clock runs ahead: the record is of a day that has not come */
  await page.clock.fastForward(86_400_000)
  await enterPin(page)
  await page.goto(`${road.address}/m.html#/residents`)
  await visit(page, who.id)
  await page.context().setOffline(false)
  await state(page, WORDS.zh.trouble)
  await page.goto(`${road.address}/m.html#/sync`)
  await checkPage(page, 'offline-sync-refused')
  await page.locator('.sync-item').click()
  await page.locator('.note.is-danger').waitFor()
  await checkPage(page, 'offline-refused')
  await page.locator('.page > .is-primary').click()
  await page.locator('.form-progress').waitFor()
  while (!(await page.locator('#happened-on').count())) {
    await page.locator('.form-actions .button:not(.is-primary)').click()
  }
  await page.fill('#happened-on', '2025-06-29')
  await page.locator('#happened-on').blur()
  /* who goes back to the refusal finds what was corrected */
  await page.goto(`${road.address}/m.html#/sync`)
  await page.locator('.sync-item').click()
  await page.locator('.page > .is-primary').click()
  await page.locator('.form-progress').waitFor()
  assert.equal(await page.locator('#happened-on').inputValue(), '2025-06-29')
  while (await page.locator('.form-body').count()) {
    if (await page.locator('#field-next_followup_on').count()) await page.fill('#field-next_followup_on', '2025-09-20')
    await forward(page)
  }
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown, .record-done').first().waitFor()
  await page.goto(`${road.address}/m.html#/sync`)
  await page.locator('.sync-sent', { hasText: who.name }).waitFor()
  assert.equal(await page.locator('.sync-item').count(), 0)
  const { records } = await ask(page, `/residents/${who.id}`)
  assert.equal(records.filter(({ form, happened_on }) => form === 'hypertension_followup' && happened_on === '2025-06-29').length, 1)
  await page.context().close()
})

for (const [lang, words] of Object.entries(WORDS)) {
  test(`two phones enter the same visit: both sides are shown, and one record comes of it (${lang})`, async () => {
    const page = await newPhone({ locale: words.locale })
    const who = await somebody(page)
    await page.context().setOffline(true)
    await visit(page, who.id, { sbp: '138' })
    const other = await openPage(browser)
    await enter(other, road, 'clinician')
    await visit(other, who.id, { sbp: '126' })
    await page.context().setOffline(false)
    await state(page, words.trouble)
    await page.goto(`${road.address}/m.html#/sync`)
    await page.locator('.sync-item').click()
    await page.locator('.conflict-line').first().waitFor()
    assert.match(await page.locator('.conflict-line').first().innerText(), /126[^]*138/)
    await page.setViewportSize({ width: 320, height: 640 })
    await checkPage(page, `offline-conflict-${lang}`)
    await page.setViewportSize(PHONE)
    await page.locator('.page > .is-primary').click()
    await page.locator('.conflict-line .tick').first().click()
    await page.fill('#merge-reason', lang === 'zh' ? '两人同一天随访' : 'Both visited on one day')
    await checkPage(page, `offline-merge-${lang}`)
    await page.locator('#merge .is-primary').click()
    await page.locator('.sync-sent', { hasText: who.name }).waitFor()
    const { records } = await ask(page, `/residents/${who.id}`)
    const ofDay = records.filter(({ form, happened_on, is_ended }) => form === 'hypertension_followup' && happened_on === '2025-06-30' && !is_ended)
    assert.equal(ofDay.length, 1)
    assert.ok(ofDay[0].amends)
    assert.equal((await ask(page, `/records/${ofDay[0].id}`)).answers.sbp, 126)
    for (const one of [page, other]) await one.context().close()
  })
}

/* The copy is brought up to date, and that is over. */
async function syncNow(page) {
  await page.goto(`${road.address}/m.html#/sync`)
  const button = page.locator('.sync-now:enabled')
  await button.waitFor()
  const came = page.waitForResponse((answer) => answer.url().endsWith('/api/sync'))
  await button.click()
  await came
  await button.waitFor()
}

/* The newest phone is not used any more: an account has ten at most. */
async function giveBack(page) {
  const { devices } = await ask(page, '/devices')
  const { id } = devices.filter(({ state }) => state === 'active').at(-1)
  const status = await page.evaluate(async (device) => {
    const { csrf } = await (await fetch('/api/session')).json()
    return (await fetch(`/api/devices/${device}/revoke`, { method: 'POST', headers: { 'X-CSRF': csrf, 'Content-Type': 'application/json' }, body: '{}' })).status
  }, id)
  assert.ok(status < 300, `revoked: ${status}`)
}

/* "New record" opened: these are offered, those stand behind them. */
async function seesOffered(page, fitting, others) {
  await page.locator('.resident-head button').first().click()
  await page.locator('dialog summary').waitFor()
  const named = (where) => page.locator(where).evaluateAll((all) => all.map(({ hash }) => /form\/(\w+)/.exec(hash)[1]))
  const [first, rest] = [await named('dialog .stack > a:not(details a)'), await named('dialog details a')]
  assert.deepEqual(fitting.filter((id) => !first.includes(id)), [])
  assert.deepEqual(others.filter((id) => !rest.includes(id)), [])
}

/* To the step with the question, the answer changed, and with the reason sent. */
async function amend(page, [field, value], reason) {
  await page.locator('.record-actions a').click()
  await page.locator('.form-body').waitFor()
  while (!(await page.locator(`#field-${field}`).count())) await forward(page)
  await page.fill(`#field-${field}`, value)
  while (await page.locator('.form-body').count()) await forward(page)
  await page.fill('#amend-reason', reason)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown, .record-done').first().waitFor()
}

/* The doctor's phone and the desk speak Chinese, the township English. */
test('a resident’s whole way: desk, enrolment, visit without a network, two amendments, one truth', async () => {
  const { waiting, connected, trouble } = WORDS.zh
  const name = '\u5468\u5168\u7a0b'
  const page = await newPhone()
  const { area } = await somebody(page)

  /* the desk registers him in the doctor's village */
  const desk = await openPage(browser, { viewport: DESK })
  await desk.goto(`${road.address}/desk.html#/residents/new`)
  await desk.locator('.demo-take[data-login=clinician]').click()
  await desk.locator('#life-area option').nth(1).waitFor({ state: 'attached' })
  await desk.selectOption('#life-area', area)
  await desk.fill('#life-name', name)
  await desk.selectOption('#life-sex', '1')
  await desk.fill('#life-birth', '1979-03-04')
  await desk.locator('.life-send').click()
  await desk.locator('.life-done', { hasText: name }).waitFor()

  /* the doctor finds and enrols him */
  await page.goto(`${road.address}/m.html#/residents`)
  await page.fill('#search-words', name)
  await page.locator('.found', { hasText: name }).click()
  await page.locator('h1', { hasText: name }).waitFor()
  assert.equal(await page.locator('.obligation').count(), 0)
  const his = page.url()
  await seesOffered(page, ['hypertension_registration', 'hypertension_screening', 'personal_information'],
    ['hypertension_followup', 'hypertension_leave', 'infant_exam', 'newborn_visit', 'pregnancy_registration'])
  await checkPage(page, 'chain-forms')
  await page.locator('dialog a[href*="hypertension_registration"]').click()
  await choice(page, 'hypertension_kind', 0).click()
  await page.fill('#field-diagnosed_on', '2025-06-23')
  await page.fill('#field-diagnosed_at', 'A')
  await choice(page, 'basis', 0).click()
  await page.fill('#field-sbp', '152')
  await page.fill('#field-dbp', '94')
  await choice(page, 'on_drugs', 0).click()
  await forward(page)
  await page.fill('#field-first_followup_on', '2025-06-30')
  await checkPage(page, 'chain-enrolment')
  await forward(page)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown, .record-done').first().waitFor()

  /* what he is owed stands on the list and on his page */
  await page.goto(`${road.address}/m.html#/`)
  const card = page.locator('.due-card', { hasText: name }).filter({ has: page.locator('a[href*="hypertension_followup"]') })
  await card.waitFor()
  assert.match(await card.innerText(), /2025-06-30/)
  await page.goto(his)
  await page.locator('.resident-tag').waitFor()
  const owed = page.locator('.obligation')
  await owed.nth(1).waitFor()
  assert.equal(await owed.count(), 2) /* the visit and the year's exam */
  await syncNow(page)

  /* no network: the visit is filled in from the list, and waits */
  await page.context().setOffline(true)
  await page.goto(`${road.address}/m.html#/`)
  await card.locator('.due-start').click()
  await fillVisit(page, { sbp: '131' })
  await page.goto(`${road.address}/m.html#/`)
  await state(page, waiting)
  await card.locator('.due-start').waitFor({ state: 'detached' })
  await page.goto(his)
  await page.locator('.obligation.is-waiting').waitFor()
  await page.locator('.record-line', { hasText: '131/80' }).waitFor()
  await seesOffered(page, ['health_exam', 'hypertension_followup', 'hypertension_leave', 'personal_information'],
    ['hypertension_registration', 'hypertension_screening', 'preschool_exam', 'pregnancy_registration'])
  await page.locator('dialog .button.is-quiet').last().click()

  /* the network is back: it is sent, and the township sees it */
  await page.context().setOffline(false)
  await state(page, connected)
  await page.waitForFunction(() => !/\d/.test(document.querySelector('.state-line [role=status]').innerText))
  await page.goto(`${road.address}/m.html#/sync`)
  await page.locator('.sync-sent', { hasText: name }).waitFor()
  await syncNow(page)
  const township = await openPage(browser, { locale: 'en-US' })
  await enter(township, road, 'clinician')
  await township.goto(his)
  const seen = township.locator('.record-open', { hasText: '131/80' })
  await seen.click()
  await township.locator('.record-actions a').waitFor()

  /* both amend it, the phone without a network */
  await page.context().setOffline(true)
  await page.goto(his)
  await page.locator('.record-open', { hasText: '131/80' }).click()
  await amend(page, ['sbp', '136'], 'read again')
  await state(page, waiting)
  await amend(township, ['sbp', '126'], 'measured at the centre')
  await township.goto(his)
  await township.locator('.record-open', { hasText: '126/80' }).waitFor()
  assert.equal(await township.locator('.record-line:not(.is-ended)', { hasText: '131/80' }).count(), 0)

  /* the conflict shows both, and is solved for the township's number */
  await page.context().setOffline(false)
  await state(page, trouble)
  await page.goto(`${road.address}/m.html#/sync`)
  await page.locator('.sync-item', { hasText: name }).click()
  const both = page.locator('.conflict-line')
  await both.first().waitFor()
  assert.equal(await both.count(), 1)
  assert.match(await both.innerText(), /126[^]*136/)
  await checkPage(page, 'chain-conflict')
  await page.locator('.page > .is-primary').click()
  await page.locator('.conflict-line .tick').first().click()
  await page.fill('#merge-reason', 'the centre measured after me')
  await page.locator('#merge .is-primary').click()
  await page.locator('.sync-sent', { hasText: name }).first().waitFor()
  await page.locator('.sync-item').waitFor({ state: 'detached' })

  /* the timeline: one visit with the number chosen, and behind it who said what */
  for (const one of [page, township]) {
    await one.goto(`${his}/records`)
    await one.locator('.record-line', { hasText: '126/80' }).waitFor()
    assert.equal(await one.locator('.record-line').count(), 2)
    assert.equal(await one.locator('.record-line', { hasText: /131|136/ }).count(), 0)
    await one.locator('.timeline-filter input').check()
    await one.locator('.record-line.is-ended').nth(1).waitFor()
    assert.equal(await one.locator('.record-line').count(), 4)
    await one.locator('.record-line:not(.is-ended) .record-open', { hasText: '126/80' }).click()
    await one.locator('.chain-toggle').nth(1).waitFor()
    await one.locator('.chain-toggle').first().click()
    assert.match(await one.locator('.changes').innerText(), /131[^]*126/)
    await checkPage(one, one === page ? 'chain-truth-zh' : 'chain-truth-en')
  }
  for (const one of [page, township, desk]) assert.deepEqual(one.faults, [])
  await giveBack(page)
  for (const one of [page, township, desk]) await one.context().close()
})

test('a server that goes away in mid-sync leaves the phone what it had', async () => {
  const page = await openPhone()
  await enter(page, road)
  await isKept(page)
  const people = () => page.locator('main .facts dd').nth(1).innerText()
  const failed = page.locator('main .note.is-warn[role=alert]')
  road.cutSyncAfter = 20_000
  await page.goto(`${road.address}/m.html#/sync`)
  for (const id of ['#pin-first', '#pin-again']) await page.fill(id, PIN)
  await page.locator('main form .is-primary').click()
  await failed.waitFor()
  assert.equal(await people(), '0')
  await checkPage(page, 'offline-sync-failed')
  road.cutSyncAfter = 0
  await page.locator('.sync-now').click()
  await page.locator('.sync-now:enabled').waitFor()
  await failed.waitFor({ state: 'detached' })
  const whole = await people()
  assert.ok(Number(whole) > 100)
  road.cutSyncAfter = 100
  await page.locator('.sync-now').click()
  await failed.waitFor()
  assert.equal(await people(), whole)
  await page.context().setOffline(true)
  await page.reload()
  await enterPin(page)
  await page.locator('.sync-now').waitFor()
  assert.equal(await people(), whole)
  road.cutSyncAfter = 0
  await page.context().close()
})

test('ten wrong PINs erase the phone, and say how many records went with it', async () => {
  const page = await newPhone()
  const who = await somebody(page)
  await page.context().setOffline(true)
  await visit(page, who.id)
  await page.reload()
  for (let left = 9; left > 0; left--) {
    await enterPin(page, '000000')
    await page.locator('.pin-error', { hasText: String(left) }).waitFor()
  }
  await checkPage(page, 'offline-pin-last')
  await enterPin(page, '000000')
  await page.locator('.state-line [role=alert]', { hasText: '1' }).waitFor()
  await checkPage(page, 'offline-erased')
  const left = await page.evaluate(() => new Promise((done) => {
    const open = indexedDB.open('catchment')
    open.onsuccess = () => {
      const rows = open.result.transaction(['lock', 'people', 'outbox', 'things'])
      Promise.all(['lock', 'people', 'outbox', 'things'].map((place) => new Promise((told) => (rows.objectStore(place).count().onsuccess = ({ target }) => told(target.result))))).then(done)
    }
  }))
  assert.deepEqual(left, [0, 0, 0, 0])
  /* the login that was here ends before anything else when the server is there again */
  await page.context().setOffline(false)
  await page.locator('.login-form').waitFor()
  assert.equal((await ask(page, '/session')).account, undefined)
  assert.equal(await page.evaluate(() => localStorage.getItem('catchment.covered')), null)
  await page.context().close()
})

test('a phone left alone while online: covered whatever is tried, and of nobody but whose PIN it is', async () => {
  const page = await newPhone()
  const cover = page.locator('.pin-dialog.is-cover')
  /* somebody else logs in where the copy was open: nobody's PIN is asked for */
  await page.context().clearCookies()
  await page.goto(`${road.address}/m.html#/residents/none`)
  await page.locator('dialog .stack > .is-quiet').click()
  await page.locator('.demo-take[data-login=clinician]').click()
  await page.locator('.tab').first().waitFor()
  await page.goto(`${road.address}/m.html#/sync`)
  await page.locator('main .note.is-warn', { hasText: 'doctor' }).waitFor()
  await page.clock.fastForward(6 * 60_000)
  assert.equal(await page.locator('.pin-dialog').count(), 0)
  await page.context().clearCookies()
  await page.reload()
  await page.locator('.demo-take[data-login=doctor]').click()
  await page.locator('.sync-now').click()
  await enterPin(page)
  await page.locator('.pin-dialog').waitFor({ state: 'detached' })

  const see = (state) => page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: now })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
  await see('hidden')
  await page.clock.fastForward(125_000)
  await cover.waitFor()
  await see('visible')
  for (const _ of 'abc') await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.querySelector('.pin-dialog').matches(':modal'))
  await page.goto(`${road.address}/m.html#/`)
  await page.reload()
  await cover.waitFor()
  await page.evaluate(() => new Promise((done) => { /* nine wrong ones */
    indexedDB.open('catchment').onsuccess = ({ target: { result } }) => {
      const rows = result.transaction('lock', 'readwrite').objectStore('lock')
      rows.get('lock').onsuccess = ({ target }) => (rows.put({ ...target.result, tries: 9 }, 'lock').onsuccess = done)
    }
  }).then(() => undefined))
  await enterPin(page, '000000')
  await page.locator('.login-form').waitFor()
  await page.locator('.state-line [role=alert]').waitFor()
  assert.equal(await cover.count(), 0)
  assert.equal((await ask(page, '/session')).account, undefined)
  await page.context().close()
})

test('a phone that lost its storage says so, and how many records went with it', async () => {
  const page = await newPhone()
  const who = await somebody(page)
  await page.context().setOffline(true)
  await visit(page, who.id)
  await page.context().setOffline(false)
  road.cut()
  await page.evaluate(() => new Promise((done) => (indexedDB.deleteDatabase('catchment').onsuccess = done)))
  await page.reload()
  await page.locator('.state-line [role=alert]', { hasText: '1' }).waitFor()
  await picture(page, 'offline-evicted')
  road.isClosed = false
  await page.context().close()
})

test('a revoked phone erases itself at the next contact', async () => {
  const page = await newPhone()
  const { devices } = await ask(page, '/devices')
  const active = devices.filter((one) => one.state === 'active').at(-1)
  const other = await openPage(browser)
  await enter(other, road)
  await other.goto(`${road.address}/m.html#/me`)
  await other.locator('.own-sessions button').click()
  await other.locator('.device').first().waitFor()
  await checkPage(other, 'offline-phones')
  const phones = other.locator('.device', { has: other.locator('.session-end') })
  for (let left = await phones.count(); left > 0; left--) {
    await phones.first().locator('.session-end').click()
    await other.locator('.device .is-danger').click()
    await other.waitForFunction((n) => document.querySelectorAll('.device .session-end').length === n, left - 1)
  }
  const { devices: after } = await ask(other, '/devices')
  assert.equal(after.find(({ id }) => id === active.id).state, 'revoked')
  await page.locator('.tab').nth(1).click()
  await page.locator('#search-words').fill('a')
  await page.locator('.login-form').waitFor()
  await page.locator('.state-line [role=alert]').waitFor()
  await checkPage(page, 'offline-revoked')
  assert.equal(await page.evaluate(() => localStorage.getItem('catchment.device')), null)
  for (const one of [page, other]) await one.context().close()
})

test('a clock that is a day wrong is told, and the list is still of the right day', async () => {
  const page = await openPhone()
  await page.clock.install({ time: Date.now() + 86_400_000 })
  await enter(page, road)
  await isKept(page)
  await keepCopy(page)
  await page.locator('main .note.is-warn', { hasText: '24 小时' }).waitFor()
  await checkPage(page, 'offline-clock')
  await page.context().setOffline(true)
  await page.goto(`${road.address}/m.html#/`)
  await page.reload()
  await enterPin(page)
  const right = page.locator('.due-head .number', { hasText: '2025-06-30' })
  await right.waitFor()
  /* it is set right: the phone locks itself, and the day stays right, also when the app is opened anew */
  await page.clock.setSystemTime(Date.now())
  for (const isAnew of [false, true]) {
    if (isAnew) await page.reload()
    await page.locator('.pin-dialog.is-cover').waitFor()
    await enterPin(page)
    await page.locator('.pin-dialog').waitFor({ state: 'detached' })
    await page.goto(`${road.address}/m.html#/residents`)
    await page.goto(`${road.address}/m.html#/`)
    await right.waitFor()
  }
  await page.context().close()
})
