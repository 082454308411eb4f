/* What reaches the browser: few bytes before the first list, a strict policy, and a Chromium of 2020 that runs it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createReadStream } from 'node:fs'
import { after, before, test } from 'node:test'
import { createBrotliDecompress, gzipSync } from 'node:zlib'
import { accountOf, enter, openBrowser, openPage, require, startServer } from './support.mjs'

const FIRST_LIST_MOST = 55 * 1024

let server

before(async () => {
  server = await startServer()
})
after(async () => server?.close())

test('the phone needs at most 55 KB until the list', async (t) => {
  const browser = await openBrowser('/usr/bin/chromium')
  t.after(() => browser.close())
  const page = await openPage(browser)
  const files = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    /* a real server tells of no accounts to try, and nobody loads them from it */
    if (/\.(js|css)$/.test(pathname) && !/DemoAccounts/.test(pathname)) files.push(response)
  })
  await enter(page, server)
  await page.locator('.due-card').first().waitFor()
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await file.body(), { level: 9 }).length))
  const sum = sizes.reduce((total, size) => total + size, 0)
  console.log(`until the list: ${sum} bytes gzip in ${files.length} files`)
  assert.ok(files.length >= 2)
  assert.ok(sum <= FIRST_LIST_MOST, `${sum} bytes`)
})

test('the policy allows own scripts and WebAssembly, nothing inline', async () => {
  const { headers } = await fetch(`${server.address}/m.html`)
  const policy = headers.get('content-security-policy')
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/)
  assert.doesNotMatch(policy, /unsafe-inline/)
  const html = await (await fetch(`${server.address}/m.html`)).text()
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/)
})

/* ---- Chromium 80 ---- */

/* Unpacks the browser that chrome-aws-lambda carries. */
async function unpackOldChromium(folder) {
  const packed = join(dirname(require.resolve('chrome-aws-lambda/package.json')), 'bin/chromium.br')
  const program = join(folder, 'chromium')
  await pipeline(createReadStream(packed), createBrotliDecompress(), createWriteStream(program))
  chmodSync(program, 0o755)
  return program
}

/* Ends with the test, whatever that finds. */
async function startOldChromium(t) {
  const folder = mkdtempSync(join(tmpdir(), 'catchment-chromium80-'))
  const child = spawn(await unpackOldChromium(folder), [
    '--headless', '--single-process', '--no-sandbox', '--no-zygote', '--disable-gpu', '--remote-debugging-port=0',
    `--user-data-dir=${join(folder, 'profile')}`, '--window-size=360,740', 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
  const port = await new Promise((done, failed) => {
    let said = ''
    child.stderr.on('data', (bytes) => {
      said += bytes
      const found = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(said)
      if (found) done(Number(found[1]))
    })
    child.on('exit', () => failed(new Error(`Chromium 80 ended: ${said}`)))
  })
  const { Browser } = await (await fetch(`http://127.0.0.1:${port}/json/version`)).json()
  /* It listens before its first page is there. */
  const until = Date.now() + 20_000
  let target
  while (!target && Date.now() < until) [target] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
  assert.ok(target, 'Chromium 80 has a page')
  return { version: Browser, devtools: await openDevtools(target.webSocketDebuggerUrl) }
}

/* The few words of the DevTools protocol that are needed here. */
async function openDevtools(address) {
  const socket = new WebSocket(address)
  await new Promise((done, failed) => {
    socket.onopen = done
    socket.onerror = failed
  })
  const waiting = new Map()
  const faults = []
  let last = 0
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    if (message.id) waiting.get(message.id)?.(message)
    else if (message.method === 'Runtime.exceptionThrown') {
      faults.push(message.params.exceptionDetails.exception?.description ?? message.params.exceptionDetails.text)
    } else if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error') {
      /* The login's 401 is an answer; Chromium 80 does not know 'wasm-unsafe-eval' and says so. */
      if (!/401|invalid source: ''wasm-unsafe-eval''/.test(message.params.entry.text)) faults.push(message.params.entry.text)
    }
  }
  const send = (method, params = {}) =>
    new Promise((done, failed) => {
      waiting.set(++last, (message) => (message.error ? failed(new Error(message.error.message)) : done(message.result)))
      socket.send(JSON.stringify({ id: last, method, params }))
    })
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`)
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  /* Waits in the page, by its own changes, for something to appear. */
  const appears = (selector) =>
    evaluate(`new Promise((done, failed) => {
      const find = () => document.querySelector(${JSON.stringify(selector)})
      if (find()) return done(true)
      const watch = new MutationObserver(() => find() && (watch.disconnect(), done(true)))
      watch.observe(document, { subtree: true, childList: true, attributes: true })
      setTimeout(() => failed(new Error(${JSON.stringify(selector)} + ' did not appear: ' + document.body.innerText.slice(0, 400))), 15000)
    })`)
  return { send, evaluate, appears, faults, close: () => socket.close() }
}

test('Chromium 80 shows login, list and a form under the real policy', async (t) => {
  const packed = join(dirname(require.resolve('chrome-aws-lambda/package.json')), 'bin/chromium.br')
  assert.ok(existsSync(packed), 'script/bootstrap installs Chromium 80')
  const { version, devtools } = await startOldChromium(t)
  const picture = async (name) => {
    if (!process.env.SCREENS) return
    mkdirSync(process.env.SCREENS, { recursive: true })
    const { data } = await devtools.send('Page.captureScreenshot')
    writeFileSync(join(process.env.SCREENS, `chromium80-${name}.png`), Buffer.from(data, 'base64'))
  }
  try {
    assert.match(version, /\/80\./)
    const { login, password } = await accountOf(server, 'doctor')
    await devtools.send('Page.navigate', { url: `${server.address}/m.html` })
    await devtools.appears('.login-form')
    await picture('login')
    await devtools.evaluate(`for (const [id, value] of ${JSON.stringify([['login-name', login], ['login-password', password]])}) {
      const input = document.getElementById(id)
      input.value = value
      input.dispatchEvent(new Event('input'))
    }
    document.querySelector('.login-form').dispatchEvent(new Event('submit', { cancelable: true }))`)
    await devtools.appears('.due-card')
    await picture('list')
    assert.ok((await devtools.evaluate(`document.querySelector('.due-card').getBoundingClientRect().height`)) > 60)
    await devtools.evaluate(`document.querySelector('.due-start').click()`)
    await devtools.appears('.form-body #field-mode')
    await picture('form')
    await devtools.send('Page.navigate', { url: `${server.address}/desk.html` })
    await devtools.appears('.desk-table tbody tr')
    await picture('desk')
    assert.deepEqual(devtools.faults, [])
  } finally {
    devtools.close()
  }
})
