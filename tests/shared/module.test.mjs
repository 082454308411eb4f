// The shared cases, run in the module that browsers load: FORM_WASM names the file.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const here = new URL('.', import.meta.url)
const file = process.env.FORM_WASM
if (!file) throw new Error('set FORM_WASM to the path of form.wasm')

const compiled = new WebAssembly.Module(readFileSync(file))

function open() {
  const { exports } = new WebAssembly.Instance(compiled, {})
  exports._initialize()
  const put = (text) => {
    const bytes = new TextEncoder().encode(text)
    const address = exports.form_module_alloc(bytes.length)
    new Uint8Array(exports.memory.buffer, address, bytes.length).set(bytes)
    return [address, bytes.length]
  }
  const result = (address) =>
    new TextDecoder('utf-8', { fatal: true }).decode(
      new Uint8Array(exports.memory.buffer, address, exports.form_module_result_length()))
  return {
    load: (text) => exports.form_module_load(...put(text)),
    run: (handle, text) => result(exports.form_module_run(handle, ...put(text))),
    expression: (line) => result(exports.expr_module_run(...put(line))),
    lastResult: () => result(exports.form_module_result()),
    reset: () => exports.form_module_reset(),
    pages: () => exports.memory.buffer.byteLength / 65536,
  }
}

const unescape = (cell) =>
  cell.replace(/\\([\\tnr])/g, (_, c) => ({ '\\': '\\', t: '\t', n: '\n', r: '\r' })[c])

// The declaration, then [name, input, expected] of each case.
function readCases(text) {
  const [declaration, ...parts] = ('\n' + text).split('\ncase\t')
  return {
    declaration: declaration.slice(1) + '\n',
    cases: parts.map((part, i) => {
      const whole = i === parts.length - 1 ? part : part + '\n'
      const name = whole.slice(0, whole.indexOf('\n'))
      const rest = whole.slice(name.length)
      const at = rest.indexOf('\nexpect\n')
      return [name, rest.slice(1, at + 1), rest.slice(at + '\nexpect\n'.length)]
    }),
  }
}

test('the module asks the page for nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(compiled), [])
})

test('every expression gives what the shared line says', () => {
  const module = open()
  let checked = 0
  for (const line of readFileSync(new URL('expressions.tsv', here), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [, type, text] = line.split('\t').map(unescape)
    const [kind, first, second] = module.expression(line + '\n').slice(0, -1).split('\t').map(unescape)
    assert.deepEqual(kind === 'problem' ? [kind, first] : [first, second], [type, text], line)
    checked++
  }
  assert.ok(checked > 150)
})

for (const name of readdirSync(new URL('forms/', here)).filter((n) => n.endsWith('.cells'))) {
  const { declaration, cases } = readCases(readFileSync(new URL(`forms/${name}`, here), 'utf8'))
  const module = open()
  const handle = module.load(declaration)
  test(`${name} is read`, () => assert.equal(handle, 0, handle < 0 ? module.lastResult() : ''))
  for (const [title, input, expected] of cases)
    test(`${name}: ${title}`, () => assert.equal(module.run(handle, input), expected))
}

test('the longest and the deepest expressions stay within the stack', () => {
  const module = open()
  assert.equal(module.expression(`${Array(500).fill('1').join('+')}\tinteger\t500\n`), 'value\tinteger\t500\n')
  const deep = `${'least(1, '.repeat(59)}2${')'.repeat(59)}`
  assert.equal(module.expression(`${deep}\tinteger\t1\n`), 'value\tinteger\t1\n')
})

test('a declaration that does not compile gives -1 and says where', () => {
  const module = open()
  const text = 'catchment-form\t1\nform\ta\tb\tc\td\te\tf\tg\th\ti\nfield\tx\tinteger\t0\tX\tX\nshown_if\ty > 1\nend\n'
  assert.equal(module.load(text), -1)
  assert.match(module.lastResult(), /^error\t4\t.*y.*\t.*nothing is called y here.*\n$/)
  assert.match(module.run(0, ''), /^error\t0\t/)
})

test('a thousand runs need no more memory than ten', () => {
  const module = open()
  const { declaration, cases } = readCases(readFileSync(new URL('forms/visit.cells', here), 'utf8'))
  for (let i = 0; i < 1000; i++) {
    if (i % 100 === 0) module.reset()
    const handle = i % 100 === 0 ? module.load(declaration) : 0
    assert.equal(module.run(handle, cases[0][1]), cases[0][2])
    if (i === 10) module.before = module.pages()
  }
  assert.equal(module.pages(), module.before)
})
