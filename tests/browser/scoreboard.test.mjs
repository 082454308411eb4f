/* The scoreboard at the desk, in one county: measures from the list of all down to the rows. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { attempt, parseLines } from '../support/county.mjs'
import { sheetsOf, tableOf } from '../support/files.mjs'
import { DESK, checkPage as look, openBrowser, openPage, picture, startServer } from './support.mjs'

const NARROW = { width: 320, height: 700 }
const UNITS = '.measure-units tbody tr'

let server, browser

before(async () => {
  server = await startServer({ residents: 3000 })
  for (const period of ['2024', '2025']) assert.equal(attempt('measure', '--period', period, ...server.options).code, 0) /* what the server does in its first minutes */
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await server?.close()
})

async function begin(address, { login = 'county', locale = 'zh-CN', ...options } = {}) {
  const page = await openPage(browser, { locale, viewport: DESK, ...options })
  await page.goto(`${server.address}/desk.html${address}`)
  await page.locator(`.demo-take[data-login=${login}]`).click()
  await page.locator('.bar-leave').first().waitFor()
  return page
}

async function end(page) {
  assert.deepEqual(page.faults, [])
  await page.context().close()
}

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the commission goes from a measure to a township, its villages and rows without identity (${lang})`, async () => {
    const page = await begin('#/measures', { locale })
    await page.locator('.measure-list').first().waitFor()
    await look(page, `measures-${lang}`)
    await page.locator('a[href="#/measures/hypertension_norm_rate"]').click()
    await page.locator(UNITS).first().waitFor()
    await page.locator('.measure-filter select').last().selectOption('2024')
    await page.waitForURL(/period=2024/)
    await page.waitForFunction(() => document.querySelector('.measure-now[aria-busy=false] h2')?.textContent.includes('2024'))
    await page.locator(UNITS).first().waitFor()
    await look(page, `measure-${lang}`)
    const rest = (await page.locator('.measure-units .is-rest.number').allInnerTexts()).map(Number)
    const [counted, of] = (await page.locator('.measure-now p').nth(1).innerText()).split('/').map(Number)
    assert.equal(rest.reduce((sum, n) => sum + n, 0), of - counted)
    await page.locator('.measure-units thead .is-name button').click()
    await page.locator('.measure-units th.is-name[aria-sort=ascending]').waitFor()
    const town = page.locator(`${UNITS} th a`).nth(1)
    const name = await town.innerText()
    await town.press('Enter')
    await page.waitForFunction((wanted) => document.querySelector('.measure-now h2').textContent.includes(wanted), name)
    await page.waitForFunction(() => document.querySelectorAll('.measure-went .desk-chart-key li').length >= 2)
    await page.locator('.measure-rows tbody tr').first().waitFor()
    assert.equal(await page.locator('.measure-rows a').count(), 0)
    await look(page, `measure-township-${lang}`)
    await page.locator('.measure-path a').nth(1).click()
    await page.waitForFunction((wanted) => !document.querySelector('.measure-now h2').textContent.includes(wanted), name)
    await end(page)
  })
}

test('while measures are counted for the first time no page takes nothing for an answer, and each looks again by itself', async () => {
  const page = await begin('#/measures')
  await page.locator('.measure-list').first().waitFor()
  const answers = async (pattern, change) => page.route(pattern, async (request) => {
    try {
      const response = await request.fetch()
      await request.fulfill({ response, json: change(await response.json()) })
    } catch {
      /* the page went on before its answer came */
    }
  })
  await answers(/\/api\/measures(\?.*)?$/, ({ measures, ...rest }) => ({ ...rest, measures: measures.map((one) => ({ ...one, is_made: false, is_complete: false, numerator: 0, denominator: 0 })) }))
  await answers(/\/api\/measures\/\w+\/cases/, () => ({ cases: [] }))
  await answers(/\/api\/plans(\/\w+)?(\?.*)?$/, (answer) => ({ ...answer, counted: 0 }))
  await answers(/\/api\/scores\/(?!bulletins)\w+(\?.*)?$/, (answer) => ({ ...answer, is_complete: false, units: answer.units.map((unit) => ({ ...unit, rank: null, total: null, parts: unit.parts.map((part) => ({ ...part, points: null, lost: 0 })) })) }))
  const all = (await (await page.request.get(`${server.address}/api/measures`)).json()).measures
  assert.ok(all.some((one) => one.is_made))
  for (const [address, ready] of [['measures', '.measure-list'], ['scores', '.score-table'], ['plans', '.plan-card'], ['plans/quality_2023', '.plan-table'], ['quality', '.quality-main']]) {
    await page.goto(`${server.address}/desk.html?${address.replace('/', '')}#/${address}`)
    await page.locator(ready).first().waitFor()
    await page.locator('.note[role=status], [role=status] .note', { hasText: `统计中 0/${all.length}` }).first().waitFor()
    assert.doesNotMatch(await page.locator('main').innerText(), /没有要核对的记录|没有失分| 0 条/)
    await look(page, `counting-${address.replace('/', '-')}`)
  }
  await page.goto(`${server.address}/desk.html#/measures`)
  await page.locator('.measure-list .measure-value').first().waitFor()
  assert.deepEqual([...new Set(await page.locator('.measure-list .measure-value').allInnerTexts())], ['统计中'], 'no row shows a number')
  await page.goto(`${server.address}/desk.html#/quality`)
  await page.locator('.quality-main').waitFor()
  await page.unrouteAll()
  await page.locator('.quality-main .note').waitFor({ state: 'detached' })
  await page.locator('.quality-rule .is-some').first().waitFor()
  await end(page)
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the commission goes from the units of a standard to an organisation: what it meets, what not, with numbers and clause, as a file too (${lang})`, async () => {
    const page = await begin('#/measures/clinic_staffing_share?in=rest', { locale })
    const unit = page.locator('.measure-rows tbody th a').first()
    await unit.waitFor()
    const name = await unit.innerText()
    const code = await page.locator('.measure-rows tbody th .number').first().innerText()
    await unit.press('Enter')
    await page.locator('.standards-table tbody tr').first().waitFor()
    assert.equal(await page.locator('.subject-desk h1').innerText(), name)
    const told = await (await page.request.get(`${server.address}/api/subjects/facility/${code}/standards`)).json()
    const rows = page.locator('.standards-table tbody tr')
    assert.equal(await rows.count(), told.standards.length)
    assert.match(await page.locator('.standards-count').innerText(), new RegExp(`^${told.met} / ${told.standards.length} `))
    const kinds = await rows.evaluateAll((all) => all.map((row) => row.className))
    assert.deepEqual(kinds, [...kinds].sort((x, y) => ['is-short', 'is-open', 'is-met'].indexOf(x) - ['is-short', 'is-open', 'is-met'].indexOf(y)), 'what is not met stands first')
    const staffing = told.standards.find(({ measure }) => measure === 'clinic_staffing_share')
    assert.ok(!staffing.is_met && staffing.actual < staffing.required)
    const row = page.locator('.standards-table tr', { has: page.locator('a[href="#/measures/clinic_staffing_share"]') })
    assert.deepEqual((await row.locator('td.number').allInnerTexts()).map(parseFloat), [staffing.required, staffing.actual])
    await look(page, `organisation-${lang}`)
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('.subject-save').click()])
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
    assert.equal(lines.length, told.standards.length + 1)
    await page.locator('.subject-path a').last().click() /* the centre above it */
    await page.locator('section[aria-labelledby=subject-below] a', { hasText: name }).first().waitFor()
    await page.locator('section[aria-labelledby=subject-people] tbody tr').first().waitFor()
    await look(page, `organisation-centre-${lang}`)
    await page.setViewportSize(NARROW)
    await look(page, `organisation-narrow-${lang}`)
    await end(page)
  })
}

test('beside the trend of a measure stands the path of each plan that asks for it, by its name, as a dashed line and in the table; which are drawn is chosen', async () => {
  const page = await begin('#/measures/public_clinic_share')
  const key = page.locator('.measure-went .desk-chart-key li')
  const plans = page.locator('.measure-plans li')
  const dashed = (n) => page.waitForFunction((wanted) => document.querySelectorAll('.measure-went svg path[stroke-dasharray]').length === wanted, n)
  await plans.first().waitFor()
  const names = await plans.locator('label').allInnerTexts()
  await key.filter({ hasText: names[0].trim() }).waitFor()
  await page.locator('.measure-went .desk-chart-twin summary').click()
  const rows = await page.locator('.measure-went tbody tr').allInnerTexts()
  assert.match(rows.find((row) => row.startsWith('2024')), /87\.5%$/)
  assert.match(rows.find((row) => row.startsWith('2025')), /90\.0%$/)
  await dashed(1)
  assert.match(await plans.locator('a').first().getAttribute('href'), /^#\/plans\/grassroots_2023\/27$/)
  await look(page, 'measure-path')
  await plans.locator('input').first().uncheck()
  await page.waitForURL(/plan=none/)
  await dashed(0)
  await page.goto(`${server.address}/desk.html#/measures/sub_centres_built`)
  await plans.nth(1).waitFor()
  const drawn = await plans.locator('input:checked').count()
  assert.ok(drawn > 1, 'several plans at once')
  for (const name of await plans.filter({ has: page.locator('input:checked') }).locator('label').allInnerTexts()) assert.equal(await key.filter({ hasText: name.trim() }).count() > 0, true, name)
  await dashed(drawn)
  await plans.locator('input:checked').first().press('Space')
  await page.waitForURL(/plan=[^&]*%2F/)
  await dashed(drawn - 1)
  await look(page, 'measure-paths')
  await end(page)
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`a measure on a past day: said to be one, beside today, by unit, without rows, in the address and in its file (${lang})`, async () => {
    const day = lang === 'zh' ? '2025-02-11' : '2025-02-12'
    const page = await begin('#/measures/hypertension_norm_rate', { locale })
    await page.locator(UNITS).first().waitFor()
    await page.locator('.measure-spread .desk-chart-place svg').waitFor()
    const of = async () => (await page.locator('.measure-now p').nth(1).innerText()).split('/').map(Number)
    const now = await of()
    await page.locator('.plan-day input').fill(day)
    await page.locator('.plan-day input').press('Enter')
    await page.waitForURL(new RegExp(`on=${day}`))
    await page.locator('.measure-past-sign', { hasText: day }).waitFor()
    await page.locator('.measure-past').waitFor({ timeout: 60_000 }) /* counted by the server meanwhile; the page looks again by itself */
    const then = await of()
    assert.notDeepEqual(then, now)
    const numbers = await page.locator('.measure-past td.number').allInnerTexts()
    assert.deepEqual(numbers.filter((_, at) => at % 3 < 2).map(Number), [...then, ...now])
    const [line] = await page.locator(UNITS).allInnerTexts()
    assert.equal((line.match(/%/g) ?? []).length, 2, 'each unit then and today')
    assert.deepEqual([await page.locator('.measure-cases').count(), await page.locator('.measure-went .desk-chart').count()], [0, 0])
    await look(page, `measure-past-${lang}`)
    const saved = page.waitForEvent('download')
    await page.locator('.measure-actions button').first().click()
    assert.match((await saved).suggestedFilename(), new RegExp(`-${day}\\.xlsx$`))
    await page.locator(`${UNITS} th a`).first().press('Enter')
    await page.waitForURL(new RegExp(`on=${day}.*unit=|unit=.*on=${day}`))
    await page.locator('.measure-past').waitFor()
    await page.locator('.plan-day button').click()
    await page.locator('.measure-cases').waitFor()
    await page.goto(`${server.address}/desk.html#/measures/hypertension_norm_rate?on=1999-01-01`)
    await page.locator('.measure-past-sign', { hasText: '1999-01-01' }).waitFor()
    await end(page)
  })
}

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`whoever logs in sees what plans ask of the post, opens the months of a plan and narrows them to it (${lang})`, async () => {
    const page = await begin('', { locale })
    const late = page.locator('.plan-reminders li')
    await late.first().waitFor()
    assert.ok((await late.count()) > 0 && (await late.count()) <= 5)
    await look(page, `plan-reminders-${lang}`)
    await page.goto(`${server.address}/desk.html#/plans/paired_areas`)
    await page.locator('.plan-actions a[href="#/plans/paired_areas/months"]').press('Enter')
    await page.locator('.plan-month').first().waitFor()
    await look(page, `plan-months-${lang}`)
    assert.equal(await page.locator('.plan-urgent tbody tr').count(), 3)
    assert.equal(await page.locator('.plan-reminders').count(), 0)
    const all = await page.locator('.plan-dues tbody tr').count()
    await page.locator('.plan-filter select').selectOption('own')
    await page.waitForURL(/owner=own/)
    assert.equal(await page.locator('.plan-urgent tbody tr').count(), 2)
    assert.ok((await page.locator('.plan-dues tbody tr').count()) < all)
    await page.locator('.plan-past summary').press('Enter')
    await page.locator('.plan-past .plan-dues').first().waitFor()
    await page.locator('.plan-urgent a').first().press('Enter')
    await page.waitForURL(/#\/plans\/paired_areas\/26/)
    await page.setViewportSize(NARROW)
    await page.goto(`${server.address}/desk.html#/plans/paired_areas/months`)
    await page.locator('.plan-month').first().waitFor()
    await look(page, `plan-months-narrow-${lang}`)
    await end(page)
  })
}

test('a clinician sees by facility who is left to see, takes the table as a file, and a narrow page does not break', async () => {
  const page = await begin('#/measures/hypertension_norm_rate?period=2024&by=facility', { login: 'clinician' })
  await page.locator(UNITS).nth(1).waitFor()
  await page.locator('.measure-rows tbody a').first().waitFor()
  await look(page, 'measure-clinic')
  const ranks = (await page.locator(`${UNITS} td:first-child`).allInnerTexts()).map(Number)
  assert.deepEqual(ranks, ranks.toSorted((a, b) => b - a))
  for (const [part, name] of [['.measure-actions', /^hypertension_norm_rate-2025-06-30\.xlsx$/], ['.measure-files', /^hypertension_norm_rate-2024-2025-06-30\.xlsx$/]]) {
    const saved = page.waitForEvent('download')
    await page.locator(`${part} button`).first().click()
    const file = await saved
    assert.match(file.suggestedFilename(), name)
    const [sheet] = sheetsOf(await readFile(await file.path()))
    const shown = part === '.measure-actions' ? await page.locator(`${UNITS} th a`).first().innerText() : await page.locator('.measure-rows tbody a').first().innerText()
    assert.ok(tableOf(sheet).lines.some((line) => Object.values(line).some((value) => typeof value === 'string' && shown.startsWith(value))), shown)
  }
  await page.setViewportSize(NARROW)
  await look(page, 'measure-narrow')
  await page.goto(`${server.address}/desk.html#/measures`)
  await page.locator('.measure-list').first().waitFor()
  const bar = await page.locator('.bar').boundingBox()
  assert.ok(bar.height <= 160, `the bar of a narrow window is ${bar.height} px high`)
  await look(page, 'measures-narrow')
  await page.goto(`${server.address}/desk.html#/measures/nothing`)
  await page.locator('.note.is-danger').waitFor()
  page.faults = page.faults.filter((fault) => !/404/.test(fault))
  await end(page)
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`a clause that a measure answers shows the number, the units that pull it down, and leads to the measure (${lang})`, async () => {
    const page = await begin('#/plans', { locale })
    await page.goto(`${server.address}/desk.html#/plans/public_health_quality`)
    await page.locator('.plan-path-bar').first().waitFor()
    assert.doesNotMatch(await page.locator('.plan-table').allInnerTexts().then((all) => all.join()), /[a-z]+_[a-z]+/, 'no id of a pack')
    assert.match((await page.locator('.plan-table .plan-state.is-watched').allInnerTexts()).join(), lang === 'zh' ? /^在看数(,在看数)+$/ : /^Watched(,Watched)+$/)
    /* a share: of a count nothing is left to do */
    await page.locator('tr:has(.plan-path-bar)', { has: page.locator('td', { hasText: /^27$/ }) }).locator('th a').click()
    await page.locator('.plan-worst tbody tr').first().waitFor()
    assert.match(await page.locator('.plan-of').innerText(), /.+ · .+/, 'which plan, and which section of it')
    for (const left of await page.locator('.plan-worst tbody td:last-child').allInnerTexts()) assert.ok(Number(left) > 0)
    await look(page, `plan-measure-${lang}`)
    await page.locator('.plan-measure-link a').first().click()
    await page.locator(UNITS).first().waitFor()
    assert.match(page.url(), /#\/measures\/\w+\?period=2025/)
    await end(page)
  })
}

test('the commission looks at a past day of a plan, at the trend of a clause, and at two days side by side', async () => {
  const page = await begin('#/plans')
  attempt('plan', 'coverage', '--on', '2025-03-31', ...server.options) /* what the server does within a minute */
  const field = page.locator('.plan-day input')
  const asked = []
  page.on('request', (request) => asked.push(...(/[?&]on=([^&]+)/.exec(request.url())?.slice(1) ?? [])))
  await field.focus()
  await field.pressSequentially('03312025')
  assert.equal(await field.inputValue(), '2025-03-31')
  assert.deepEqual(asked, [], 'a day that is being typed is not asked for')
  await field.press('Enter')
  await page.waitForURL(/on=2025-03-31/)
  await page.locator('.plan-note .note', { hasText: '2025-03-31' }).waitFor()
  await page.locator('a[href="#/plans/public_health_quality?on=2025-03-31"]').click()
  await page.locator('.plan-table').first().waitFor()
  await look(page, 'plan-past')
  await page.locator('a[href="#/plans/public_health_quality/27?on=2025-03-31"]').click()
  await page.locator('.plan-trend .desk-chart-place svg').waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('h1'))
  const drawn = () => page.locator('.plan-trend').first().evaluate((figure) => {
    const line = getComputedStyle(figure.querySelector('.desk-chart-key line')).stroke
    const paths = [...figure.querySelectorAll('.desk-chart-place svg path:not(defs path)')].map((path) => getComputedStyle(path))
    const isDrawn = ({ fill, stroke }) => fill === 'none' && stroke === line
    return { lines: paths.filter(isDrawn).length, black: paths.filter(({ fill, stroke }) => fill === 'rgb(0, 0, 0)' && stroke === 'none').length }
  })
  assert.deepEqual([(await drawn()).lines > 0, (await drawn()).black], [true, 0])
  assert.equal(await page.locator('.plan-write').count(), 0, 'nothing is written on a past day')
  const then = await page.locator('.plan-measure-value').innerText()
  await page.locator('.plan-trend summary').press('Enter')
  assert.ok((await page.locator('.plan-trend tbody tr').count()) >= 2)
  await look(page, 'plan-clause-past')
  await page.locator('.plan-day button').click()
  await page.locator('.plan-write').waitFor()
  await page.waitForFunction((before) => document.querySelector('.plan-measure-value')?.textContent !== before, then)
  const now = await page.locator('.plan-measure-value').innerText()
  assert.notEqual(now, then)
  assert.ok((await page.locator('.plan-trend .desk-chart-place text').allTextContents()).includes(now))
  await page.goto(`${server.address}/desk.html#/plans?on=2099-01-01`)
  await page.locator('.note.is-danger').waitFor()
  await page.locator('.plan-day button').click() /* what chooses the day stays where one is refused */
  await page.locator('.plan-card').first().waitFor()
  await page.goto(`${server.address}/desk.html#/plans/public_health_quality`)
  await page.locator('.plan-table').first().waitFor()
  await page.goto(`${server.address}/desk.html#/plans/public_health_quality?with=2025-03-31`)
  await page.locator('.plan-compare').waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('h1'))
  const line = page.locator('.plan-compare tbody', { has: page.locator('a[href$="/27"]') })
  assert.deepEqual((await line.locator('.is-number').allInnerTexts()).slice(0, 2), [then, now])
  await look(page, 'plan-compare')
  const [earlier, later] = [page.locator('.plan-day input').first(), page.locator('.plan-day input').nth(1)]
  assert.deepEqual([await earlier.getAttribute('max'), await later.getAttribute('min')], ['2025-06-30', '2025-03-31'])
  await later.fill('2025-03-30')
  await page.locator('.plan-day-wrong').waitFor()
  assert.ok(!page.url().includes('on='), 'the later day is not before the earlier')
  await later.fill('2025-06-30')
  await page.locator('.plan-day-wrong').waitFor({ state: 'detached' })
  const saved = page.waitForEvent('download')
  await page.locator('.plan-actions button').first().click()
  assert.equal((await saved).suggestedFilename(), 'public_health_quality-2025-03-31-2025-06-30.csv')
  await page.setViewportSize(NARROW)
  await look(page, 'plan-compare-narrow')
  await page.goto(`${server.address}/desk.html#/plans/grassroots_2023/102`)
  await page.locator('.plan-answers li', { hasText: '2023-12-31' }).waitFor()
  await look(page, 'plan-clause-narrow')
  await page.locator('.plan-trend .desk-chart-place svg').first().waitFor()
  await page.locator('.plan-trend').first().scrollIntoViewIfNeeded()
  await picture(page, 'plan-trend-narrow')
  await end(page)
})

test('the commission says another value from a day on, is refused at the field, and takes it back', async () => {
  const page = await begin('#/policy')
  await page.locator('.policy-list li').first().waitFor()
  await look(page, 'policy-zh')
  await page.fill('.policy-filter input[type=search]', 'hypertension_sbp_target')
  const line = page.locator('#parameter-hypertension_sbp_target')
  await page.locator('.policy-list').nth(1).waitFor({ state: 'detached' })
  await line.locator('.policy-open').press('Enter')
  await page.locator('.policy-uses li').first().waitFor()
  await page.fill('#policy-value', '900')
  await page.fill('#policy-source', '博卫健〔2025〕7号 第二条')
  await page.locator('.policy-send').click()
  await page.locator('#policy-value[aria-invalid=true]').waitFor()
  await page.waitForFunction(() => document.activeElement?.id === 'policy-value')
  await look(page, 'policy-refused')
  await page.fill('#policy-value', '130')
  await page.locator('.policy-send').click()
  await page.locator('.policy-said', { hasText: '〔2025〕7号' }).waitFor()
  assert.match(await line.locator('.policy-coming').innerText(), /2025-07-01.*130/)
  await page.fill('.policy-on', '2025-07-01')
  await page.locator('.policy-own').waitFor()
  await look(page, 'policy-changed')
  await page.fill('#policy-from', '2025-09-01')
  await page.fill('#policy-source', '博卫健〔2025〕9号')
  await page.locator('.policy-end').click()
  await page.waitForFunction(() => document.querySelectorAll('.policy-steps li').length === 3)
  await page.setViewportSize(NARROW)
  await look(page, 'policy-narrow')
  await end(page)
})

test('who may only read parameters is told so (en)', async () => {
  const page = await begin('#/policy?open=hypertension_sbp_target', { login: 'director', locale: 'en-US' })
  await page.locator('.policy-detail').waitFor()
  assert.equal(await page.locator('.policy-form').count(), 0)
  await look(page, 'policy-en')
  await end(page)
})

for (const [lang, locale] of [['zh', 'zh-CN'], ['en', 'en-US']]) {
  test(`the commission ranks the centres, freezes a bulletin, and sees who went up since (${lang})`, async () => {
    const page = await begin('#/scores', { locale })
    await page.locator('.score-table tbody tr').first().waitFor()
    await page.locator('.score-filter select').last().selectOption('2024')
    await page.waitForURL(/period=2024/)
    await page.waitForFunction(() => document.querySelector('.page-head .number')?.textContent.trim() === '2024' && document.querySelector('.score-table tbody tr'))
    const ranks = (await page.locator('.score-table tbody td:first-child').allInnerTexts()).map(Number)
    assert.equal(ranks[0], 1)
    assert.deepEqual(ranks, [...ranks].sort((a, b) => a - b))
    await look(page, `scores-${lang}`)
    for (const note of ['年度通报', '补发']) {
      await page.locator('.score-actions .is-primary').click()
      await page.locator('#score-note').fill(note)
      await page.locator('dialog .is-primary').click()
      await page.waitForFunction((said) => document.querySelector('.page-head p')?.textContent.includes(said), note)
      if (note === '补发') break
      await page.locator('.score-path a').click()
      await page.locator('.score-filter select').last().selectOption('2024')
      await page.waitForURL(/period=2024/)
      await page.locator('.score-bulletins a').first().waitFor()
    }
    await page.locator('.work-pick select').selectOption({ index: 1 })
    await page.locator('.score-table .hidden-text').first().waitFor({ state: 'attached' })
    await page.locator('.score-quality .soft').waitFor() /* no rule looks at what is reported */
    await look(page, `bulletin-${lang}`)
    await page.goto(`${server.address}/desk.html#/scores/contract_work`)
    await page.waitForFunction(() => [...document.querySelectorAll('.score-table thead th')].length === 9)
    await page.waitForFunction((years) => [...document.querySelectorAll('.score-table tbody tr')].every((row) => years.some((one) => row.children[3].textContent.includes(one))), lang === 'zh' ? ['年达标', '没有数据，到此中断'] : ['met the line', 'which ends the row'])
    await look(page, `score-years-${lang}`)
    const { code, out } = attempt('score', 'freeze', '--score', 'public_health_work', '--period', '2024', ...server.options)
    assert.equal(code, 0)
    await page.goto(`${server.address}/desk.html#/scores/public_health_work/${parseLines(out)[0].bulletin}`)
    await page.locator('.score-quality > .work-frame tbody tr').nth(4).waitFor()
    const { units } = await page.evaluate(async (id) => (await fetch(`/api/scores/bulletins/${id}`)).json(), new URL(page.url()).hash.match(/[0-9a-f-]{36}/)[0])
    const withheld = units.flatMap((unit) => [unit.is_held, unit.is_held, ...unit.parts.map(({ few }) => few)]).filter(Boolean).length
    const held = units.filter((unit) => unit.is_held).length
    assert.ok(withheld > 0, 'the demo county has centres of few people')
    assert.equal(await page.locator('.score-table td .hidden-text', { hasText: lang === 'zh' ? '人数少，不公布' : 'held back, few people' }).count() >= withheld, true)
    assert.equal(await page.locator('.score-page .note.is-info').count(), held > 0 ? 1 : 0)
    await look(page, `bulletin-held-${lang}`)
    await page.locator('.score-quality summary').press('Enter')
    await page.locator('.score-quality-units tbody tr').first().waitFor()
    await page.locator('.score-quality').scrollIntoViewIfNeeded()
    await look(page, `bulletin-quality-${lang}`)
    await page.setViewportSize(NARROW)
    await page.locator('.score-quality').scrollIntoViewIfNeeded()
    await look(page, `bulletin-narrow-${lang}`)
    await end(page)
  })
}

test('a health centre sees its own score and what costs it most, down to whom to see', async () => {
  const page = await begin('#/scores/public_health_work?period=2024', { login: 'director' })
  await page.locator('.score-losses a').first().waitFor()
  const { units } = await page.evaluate(async () => (await fetch('/api/scores/public_health_work?period=2024')).json())
  assert.equal(await page.locator('.score-own tbody tr').count(), units[0].parts.length)
  await page.setViewportSize(NARROW)
  await look(page, 'score-own-narrow')
  await page.locator('.score-losses a').first().click()
  await page.waitForURL(/#\/measures\/\w+\?period=2024&by=facility&unit=/)
  await page.locator('.measure-rows tbody tr').first().waitFor()
  await end(page)
})
