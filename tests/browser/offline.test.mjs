/* The phone without a network: the app opens, and is renewed only when somebody wants it. */
import assert from 'node:assert/strict'
import { createServer, request as ask } from 'node:http'
import { after, before, test } from 'node:test'
import { enter, openBrowser, openPage, picture, startServer } from './support.mjs'

let server, browser, road

/* The road between phone and server: it can be closed, and can bring a newer version of the app. */
async function buildRoad(target) {
  const road = { isClosed: false, version: '', sockets: new Set() }
  const listener = createServer((asked, answer) => {
    if (road.isClosed) return asked.socket.destroy()
    const { 'if-none-match': _known, 'accept-encoding': _packed, ...headers } = asked.headers
    const onward = ask(`${target}${asked.url}`, { method: asked.method, headers }, (came) => {
      const isRenewed = road.version !== '' && asked.url === '/sw.js' && came.statusCode === 200
      if (!isRenewed) {
        answer.writeHead(came.statusCode, came.headers)
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
  server = await startServer({ residents: 3000 })
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
  await page.locator('.state-line', { hasText: 'https' }).waitFor()
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0)
  await picture(page, 'offline-not-secure')
  await page.context().close()
})
