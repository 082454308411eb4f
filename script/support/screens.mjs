/* The pictures of README and docs/guide, taken of a demo county: screens.mjs FOLDER [all]. With `all` also other
 * languages, sizes and the dark scheme, for whoever looks at the pages. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ask, DESK, openBrowser, openPage, PHONE, startServer } from '../../tests/browser/support.mjs'
import { run } from '../../tests/support/server.mjs'

const [folder, more] = process.argv.slice(2)
const RESIDENTS = Number(process.env.RESIDENTS ?? 60_000) /* fewer, for whoever only looks */
const VISIT = ({ program, obligation }) => program === 'hypertension' && obligation === 'followup'

mkdirSync(folder, { recursive: true })
const server = await startServer({ residents: RESIDENTS })
/* Fields of dates as a browser of the page's language has them: Debian's has no other language than English. */
const browser = await openBrowser(undefined, ['--enable-blink-features=LangAttributeAwareFormControlUI'])

const take = async (page, name) => {
  await page.waitForLoadState('networkidle')
  /* what is below the picture may still come */
  await page.waitForFunction(() => [...document.querySelectorAll('.is-loading, .skeleton')].every((one) => one.getBoundingClientRect().top >= innerHeight))
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

async function begin(entry, login, { at = server, ...options } = {}) {
  const page = await openPage(browser, options)
  await page.goto(`${at.address}/${entry}`)
  await page.locator(`.demo-take[data-login=${login}]`).waitFor()
  if (options.named) await take(page, options.named)
  await page.locator(`.demo-take[data-login=${login}]`).click()
  return page
}

const choice = (page, field, index) => page.locator(`fieldset:has(#field-${field}) label.choice`).nth(index)

async function forward(page) {
  const title = await page.locator('#step-title').innerText()
  await page.locator('.form-actions .is-primary').click()
  await page.waitForFunction((old) => document.getElementById('step-title')?.innerText !== old, title)
}

/* From the symptoms to the last step that asks for something. */
async function fillVisit(page, signs, look = async () => {}) {
  for (const field of ['symptoms', 'critical_signs']) await choice(page, field, 0).click()
  await forward(page)
  for (const [field, value] of Object.entries(signs)) await page.fill(`#field-${field}`, value)
  await page.locator('#step-title').scrollIntoViewIfNeeded()
  await look()
  await forward(page)
  for (const field of ['cigarettes', 'alcohol']) await page.fill(`#field-${field}`, '0')
  for (const field of ['exercise_times', 'exercise_times_target']) await page.fill(`#field-${field}`, '5')
  for (const field of ['exercise_minutes', 'exercise_minutes_target']) await page.fill(`#field-${field}`, '30')
  for (const field of ['salt', 'mental_adjustment', 'obedience']) await choice(page, field, 0).click()
  await forward(page)
  for (const field of ['compliance', 'adverse_reaction', 'new_complication']) await choice(page, field, 0).click()
}

/* A visit with a high pressure, up to what follows from it. */
async function visit(page, end) {
  const { items } = await ask(page, '/obligations?state=overdue,due,open&limit=50')
  await page.locator('.due-card').nth(items.findIndex(VISIT)).locator('.due-start').click()
  await page.locator('.form-body').waitFor()
  await choice(page, 'mode', 1).click()
  await forward(page)
  const signs = { sbp: '156', dbp: '94', height: '160', weight: '64', heart_rate: '76' }
  await fillVisit(page, signs, () => take(page, `form${end}`))
  await forward(page)
  await forward(page)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.record-done').waitFor()
  await take(page, `submitted${end}`)
}

async function phone(end, options, isWhole = false) {
  const page = await begin('m.html', 'doctor', { viewport: PHONE, deviceScaleFactor: 2, named: `login${end}`, ...options })
  await page.locator('.due-card').first().waitFor()
  await take(page, `due-list${end}`)
  await page.locator('a.due-name').first().click()
  await page.locator('.obligation').first().waitFor()
  await take(page, `resident${end}`)
  await page.goBack()
  await page.locator('.due-card').first().waitFor()
  if (isWhole) await visit(page, end)
  await page.context().close()
}

async function desk(end, options) {
  const page = await begin('desk.html', 'clinician', { viewport: DESK, named: `desk-login${end}`, ...options })
  await page.locator('.desk-name').first().waitFor()
  await page.setViewportSize({ ...DESK, height: 700 }) /* long lists weigh much */
  await page.locator('.desk-state.is-overdue').click()
  await take(page, `desk-worklist${end}`)
  await page.locator('.facet').first().locator('.facet-item').first().click()
  await page.locator('.work-chip').waitFor()
  await take(page, `desk-worklist-village${end}`)
  await page.setViewportSize(DESK)
  const { items } = await ask(page, '/worklist?state=overdue&program=hypertension&limit=1')
  await page.goto(`${server.address}/desk.html#/residents/${items[0].resident.id}`)
  await page.locator('.life-facts').waitFor()
  await take(page, `desk-life${end}`)
  await page.goto(`${server.address}/desk.html#/residents/duplicates`)
  await page.locator('.dup-open').first().click()
  await page.locator('.dup-into').first().scrollIntoViewIfNeeded()
  await take(page, `desk-duplicates${end}`)
  await page.context().close()
  const places = await begin('desk.html#/catchments', 'township', { viewport: DESK, ...options })
  await places.locator('.catchment-village').nth(1).waitFor()
  await take(places, `desk-catchments${end}`)
  await places.context().close()
}

/* Without a network, on a phone of its own: the PIN, what waits, what somebody else wrote of the same day. */
const PIN = '482913'
async function follow(page, resident, sbp) {
  await page.goto(`${server.address}/m.html#/form/hypertension_followup?resident=${resident}`)
  await choice(page, 'mode', 1).click()
  await forward(page)
  await fillVisit(page, { sbp, dbp: '84', height: '160', weight: '62', heart_rate: '74' })
  while (await page.locator('.form-body').count()) await forward(page)
  await page.locator('.form-actions .is-primary').click()
  await page.locator('.note-shown, .record-done').first().waitFor()
}

async function offline(end, options) {
  const page = await begin('m.html', 'doctor', { viewport: PHONE, deviceScaleFactor: 2, serviceWorkers: 'allow', ...options })
  await page.locator('.due-card').first().waitFor()
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  const { items } = await ask(page, '/obligations?state=due,open&program=hypertension&limit=100')
  const who = items.filter(VISIT)[0].resident
  await page.goto(`${server.address}/m.html#/sync`)
  await page.fill('#pin-first', PIN)
  await page.fill('#pin-again', PIN)
  await take(page, `offline-pin${end}`)
  await page.locator('main form .is-primary').click()
  await page.locator('.sync-now:enabled').waitFor()
  await page.waitForFunction(() => Number(document.querySelectorAll('main .facts dd')[1]?.textContent) > 0)
  await page.context().setOffline(true)
  await follow(page, who.id, '138')
  await page.goto(`${server.address}/m.html#/`)
  await page.locator('.due-card').first().waitFor()
  await take(page, `offline-list${end}`)
  await page.goto(`${server.address}/m.html#/residents/${who.id}`)
  await page.locator('.chart .chart-mark').first().waitFor()
  await page.locator('.chart').first().scrollIntoViewIfNeeded()
  await take(page, `offline-charts${end}`)
  await page.goto(`${server.address}/m.html#/sync`)
  await page.locator('main .card', { hasText: who.name }).waitFor()
  await take(page, `offline-outbox${end}`)
  const other = await begin('m.html', 'clinician', { viewport: PHONE, ...options })
  await other.locator('.due-card').first().waitFor()
  await follow(other, who.id, '126')
  await page.context().setOffline(false)
  await page.locator('.sync-item').click()
  await page.locator('.conflict-line').first().waitFor()
  await take(page, `offline-conflict${end}`)
  await page.locator('.page > .is-primary').click()
  await page.locator('.conflict-line .tick').first().waitFor()
  await page.locator('#merge').scrollIntoViewIfNeeded()
  await take(page, `offline-merge${end}`)
  for (const one of [page, other]) await one.context().close()
  await devices(end, options)
}

/* The phones of the doctor, as whoever manages his account sees them. */
async function devices(end, options) {
  const page = await begin('desk.html#/accounts', 'township', { viewport: DESK, ...options })
  await page.locator('tr:has(th:text-is("doctor")) .accounts-acts button').nth(2).click()
  await page.locator('.device').first().waitFor()
  await take(page, `desk-devices${end}`)
  await page.context().close()
}

/* What a township centre looks at besides its list. */
const TOWNSHIP = [
  ['desk-work', 'work', '.work-table tbody tr'],
  ['desk-quality', 'quality?rule=quality_bp_copied', '.quality-table tbody tr'],
  ['desk-measure', 'measures/hypertension_norm_rate', '.measure-rows'],
  ['desk-score-own', 'scores/public_health_work?period=2024', '.score-losses a'],
]
async function township(end, options) {
  const page = await begin('desk.html', 'director', { viewport: DESK, ...options })
  await page.locator('.desk-name').first().waitFor()
  for (const [name, address, wanted] of TOWNSHIP) {
    await page.goto(`${server.address}/desk.html#/${address}`)
    await page.locator(wanted).first().waitFor({ timeout: 120_000 })
    await take(page, `${name}${end}`)
  }
  await page.context().close()
}

/* What a county's commission looks at. The server makes the numbers in its first minutes, step by step beside whoever asks;
 * the command does at once, for the years that the pages show. */
const SCOREBOARD = [
  ['desk-measure-referral', 'measures/referral_followed_rate', '.measure-rows'],
  ['desk-plans', 'plans', '.plan-page'],
  ['desk-plan', 'plans/grassroots_2023', '.work-table tbody tr'],
  ['desk-plan-months', 'plans/grassroots_2023/months', '.plan-urgent'],
  ['desk-clause', 'plans/grassroots_2023/02', '.plan-measure'],
  ['desk-scores', 'scores/public_health_work?period=2024', '.score-table tbody tr'],
  ['desk-policy', 'policy?open=hypertension_sbp_target', '.policy-list'],
]
async function scoreboard(end, options) {
  const page = await begin('desk.html', 'county', { viewport: DESK, ...options })
  await page.locator('.plan-reminders').waitFor()
  await take(page, `desk-overview${end}`)
  await page.goto(`${server.address}/desk.html#/measures`)
  await page.locator('.measure-list').first().waitFor()
  await take(page, `desk-measures${end}`)
  for (const [name, address, wanted] of SCOREBOARD) {
    await page.goto(`${server.address}/desk.html#/${address}`)
    await page.locator(wanted).first().waitFor({ timeout: 120_000 })
    await take(page, `${name}${end}`)
  }
  await bulletin(page, end)
  await page.context().close()
}

/* Of few people some of its numbers are held back. */
async function bulletin(page, end, { at = server, name = 'desk-bulletin' } = {}) {
  await page.goto(`${at.address}/desk.html#/scores/public_health_work?period=2024`)
  await page.locator('.score-actions .is-primary').click()
  await page.locator('#score-note').fill('年度通报')
  await page.locator('dialog .is-primary').click()
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  await page.locator('.score-table tbody tr').first().waitFor()
  await take(page, `${name}${end}`)
}

/* Two days side by side, in a county small enough that the numbers of a past day are there at once. */
async function days(at, end, options) {
  const page = await begin('desk.html', 'county', { at, viewport: DESK, ...options })
  await page.locator('.plan-reminders').waitFor()
  await page.goto(`${at.address}/desk.html#/plans/public_health_quality?with=2025-03-31`)
  await page.locator('.plan-compare').waitFor()
  await page.waitForFunction(() => !document.querySelector('main .note'), undefined, { timeout: 300_000 })
  await take(page, `desk-plan-days${end}`)
  await page.goto(`${at.address}/desk.html#/measures/hypertension_norm_rate?on=2025-03-31`)
  await page.locator('.measure-past').waitFor({ timeout: 300_000 })
  await take(page, `desk-measure-past${end}`)
  await bulletin(page, end, { at, name: 'desk-bulletin-few' })
  await page.context().close()
}

/* The counties of a city side by side, with what the numbers of one plan say of each. */
async function comparison(languages) {
  const at = await startServer({ residents: Math.max(1000, RESIDENTS / 10), places: '441322,410882' })
  for (const place of ['441322', '410882']) {
    for (const plan of ['grassroots_2023', 'public_health_quality']) run('measure', ...at.options, '--place', place, '--period', '2025', '--plan', plan, '--unit', place)
  }
  for (const [end, options] of languages) {
    const page = await begin('desk.html', 'city', { at, viewport: DESK, ...options })
    await page.locator('.comparison-places li.card').first().waitFor()
    await page.goto(`${at.address}/desk.html#/comparison/grassroots_2023`)
    await page.locator('.comparison-table tbody tr').nth(20).waitFor()
    await take(page, `desk-comparison${end}`)
    await page.context().close()
    await days(at, end, options)
  }
  await at.close()
}

async function others() {
  await phone('.en', { locale: 'en-US' })
  await phone('-dark.zh', { colorScheme: 'dark' })
  await phone('-narrow.en', { locale: 'en-US', viewport: { width: 320, height: 640 } })
  await desk('.en', { locale: 'en-US' })
  for (const login of ['late', 'resident']) {
    const page = await begin('m.html', login, { viewport: PHONE })
    await page.locator('main h1, main h2').first().waitFor()
    await take(page, `phone-${login}.zh`)
    await page.context().close()
  }
  await scoreboard('.en', { locale: 'en-US' })
  await scoreboard('-narrow.en', { locale: 'en-US', viewport: { width: 320, height: 640 } })
  await scoreboard('-dark.zh', { colorScheme: 'dark' })
  for (const login of ['director', 'county', 'officer', 'reporter', 'admin']) {
    const page = await begin('desk.html', login, { viewport: DESK })
    await page.locator('.bar-leave').first().waitFor()
    await take(page, `desk-${login}.zh`)
    await page.context().close()
  }
}

try {
  await phone('.zh', {}, true)
  await desk('.zh', {})
  for (const period of ['2024', '2025']) run('measure', ...server.options, '--period', period, '--unit', '441322')
  await township('.zh', {})
  await scoreboard('.zh', {})
  await offline('.zh', {})
  await comparison(more === 'all' ? [['.zh', {}], ['.en', { locale: 'en-US' }], ['-narrow.en', { locale: 'en-US', viewport: { width: 320, height: 640 } }]] : [['.zh', {}]])
  if (more === 'all') await others()
} finally {
  await browser.close()
  await server.close()
}
