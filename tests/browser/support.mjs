/* What the browser tests share: a server on a demo county of its own, today's Chromium, the demo accounts,
 * pictures. The program is build/catchment, or what CATCHMENT names; pictures go to the folder SCREENS. The browser is
 * Chromium's own shell without windows, which is the same engine and takes a third less; CHROMIUM names another. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { makeCounty, program as PROGRAM, root as ROOT, startServer as serve } from '../support/server.mjs'

export { PROGRAM, ROOT }

export const TODAY = '2025-06-30'
export const PHONE = { width: 360, height: 740 }
export const DESK = { width: 1366, height: 768 }

export const require = createRequire(join(ROOT, 'ui/package.json'))
const { chromium } = require('playwright-core')
const { AxeBuilder } = require('@axe-core/playwright')

const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
]

/* A demo county of its own, served until close(), if wanted with other packs than it was made with; restart() serves
 * the same database anew at the same address. */
export async function startServer({ residents = 6000, seed = 1, packs = join(ROOT, 'packs'), servedPacks = packs, places = '' } = {}) {
  const options = makeCounty(undefined, { residents, seed, on: TODAY, packs, places })
  let running = await serve(options, '--packs', servedPacks)
  const { url: address, port } = running
  return {
    address,
    options, /* for commands on the same database */
    async restart(withPacks = servedPacks) {
      await running.stop()
      running = await serve(options, '--packs', withPacks, '--port', String(port))
    },
    close: () => running.stop(),
  }
}

/* more: arguments besides. */
export function openBrowser(program = '/usr/bin/chromium-headless-shell', more = []) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? program, args: [...ARGUMENTS, ...more] })
}

/* A page as one person has it, without the service worker, which has tests of its own; what the browser complains about is
 * kept in page.faults. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', reducedMotion: 'reduce', serviceWorkers: 'block', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.faults = []
  page.on('pageerror', (error) => page.faults.push(error.message))
  page.on('console', (message) => {
    /* A 401 before the login and refused records are answers; the browser logs them all the same. */
    if (message.type() === 'error' && !/status of (401|403|409|422)|ERR_INTERNET|ERR_FAILED/.test(message.text())) {
      page.faults.push(message.text())
    }
  })
  return page
}

export async function accountOf(server, login) {
  const demo = await (await fetch(`${server.address}/api/demo`)).json()
  return demo.accounts.find((account) => account.login === login)
}

/* Logs in by the demo account's button. */
export async function enter(page, server, login = 'doctor') {
  await page.goto(`${server.address}/m.html`)
  await page.locator(`.demo-take[data-login=${login}]`).click()
  await page.locator('.due-head').waitFor()
}

/* Asks the API as the person logged in on the page. */
export function ask(page, path, body) {
  return page.evaluate(async ([target, sent]) => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sent) }
    return (await fetch(`/api${target}`, sent === undefined ? undefined : post)).json()
  }, [path, body])
}

export async function picture(page, name) {
  const folder = process.env.SCREENS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/* What holds for every page: axe finds nothing serious or critical, nothing is wider than the screen. Leaves a picture. */
export async function checkPage(page, name) {
  await picture(page, name)
  const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  const bad = violations
    .filter((finding) => ['serious', 'critical'].includes(finding.impact))
    .flatMap((finding) => finding.nodes.map((node) => `${name}: ${finding.id}: ${node.target.join(' ')}: ${node.failureSummary}`))
  assert.deepEqual(bad, [])
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(over <= 0, `${name} is ${over} px wider than the screen`)
}
