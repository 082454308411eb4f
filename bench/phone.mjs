/* How long a slow phone takes until the due list stands: Chromium with 400 kbit/s, 150 ms and a processor six times slower.
 *
 *   node bench/phone.mjs ADDRESS LOGIN PASSWORD
 *
 * Prints one line of milliseconds, each the median of RUNS: the page of the login with nothing kept, from the tap on it to the list, a start
 * with nothing kept but the login until the list, a later start of the app that is kept. Ends with 3 where there is no browser. Started by
 * work_phone.c. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'

const RUNS = 5
const SLOW = { offline: false, latency: 150, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 }
const SLOWER = 6
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell'
const LIST = '.due-card'

const [address, login, password] = process.argv.slice(2)

function playwright() {
  try {
    return createRequire(new URL('../ui/package.json', import.meta.url))('playwright-core')
  } catch {
    return undefined
  }
}

/* A page whose network and processor are those of the phone. */
async function slowPage(context) {
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', SLOW)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  return page
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function shown(page, what) {
  await page.waitForFunction((selector) => {
    const found = document.querySelector(selector)
    return found !== null && found.getClientRects().length > 0
  }, what, { polling: 'raf' })
}

async function start(context, what) {
  const page = await slowPage(context)
  const time = await timed(async () => {
    await page.goto(`${address}/m.html`, { waitUntil: 'commit' })
    await shown(page, what)
  })
  return { page, time }
}

async function run(browser) {
  const options = { viewport: { width: 360, height: 740 }, locale: 'zh-CN' }
  const first = await browser.newContext({ ...options, serviceWorkers: 'block' })
  const { page, time: loginPage } = await start(first, '#login-password')
  await page.fill('#login-name', login)
  await page.fill('#login-password', password)
  const afterLogin = await timed(async () => {
    await page.keyboard.press('Enter')
    await shown(page, LIST)
  })
  const cookies = await first.cookies()
  await first.close()

  const second = await browser.newContext(options)
  await second.addCookies(cookies)
  const { page: kept, time: firstList } = await start(second, LIST)
  await kept.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await kept.close()
  const { time: laterList } = await start(second, LIST)
  await second.close()
  return [loginPage, afterLogin, firstList, laterList]
}

const chromium = playwright()?.chromium
if (!chromium || !existsSync(PROGRAM)) process.exit(3)
const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'] })
const runs = []
for (let i = 0; i < RUNS; i++) runs.push(await run(browser))
await browser.close()
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
console.log(runs[0].map((_, column) => Math.round(median(runs.map((one) => one[column])))).join(' '))
