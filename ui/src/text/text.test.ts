import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import en from './en.json'
import zh from './zh.json'

const SOURCE = join(import.meta.dirname, '..')
const PAGES = join(SOURCE, '..')
const files = [
  ...readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).map((name) => join(SOURCE, name)),
  ...readdirSync(PAGES).filter((name) => name.endsWith('.html')).map((name) => join(PAGES, name)),
].filter((name) => /\.(ts|vue|css|html|svg)$/.test(name))
const sources = files.map((name) => ({ name, text: readFileSync(name, 'utf8') }))

function placeholders(text: string): string[] {
  return (text.match(/\{\w+\}/g) ?? []).sort()
}

test('both languages have the same keys, in order, none empty', () => {
  expect(Object.keys(en)).toEqual(Object.keys(zh))
  expect(Object.keys(zh)).toEqual(Object.keys(zh).slice().sort())
  expect(Object.values({ ...zh }).concat(Object.values(en)).filter((text) => text.trim() === '')).toEqual([])
})

/* Words that only the pages of one area need. */
for (const area of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json') && !['zh.json', 'en.json'].includes(name))) {
  const words = JSON.parse(readFileSync(join(import.meta.dirname, area), 'utf8')) as Record<string, { zh: string; en: string }>
  test(`the words of the area ${area} are there in both languages, in order, and used`, () => {
    expect(Object.keys(words)).toEqual(Object.keys(words).slice().sort())
    expect(Object.entries(words).filter(([, { zh, en }]) => !zh.trim() || !en.trim())).toEqual([])
    for (const [key, { zh, en }] of Object.entries(words)) expect([key, ...placeholders(en)]).toEqual([key, ...placeholders(zh)])
    const all = sources.map(({ text }) => text).join('\n')
    const prefixes = [...all.matchAll(/word(?:Of)?\((?:`(\w+)\.\$\{|'(\w+)',)/g)].map((match) => (match[1] ?? match[2]) + '.')
    expect(Object.keys(words).filter((key) => !all.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)))).toEqual([])
  })
}


test('both languages use the same placeholders', () => {
  for (const key of Object.keys(zh) as (keyof typeof zh)[]) {
    expect([key, ...placeholders(en[key])]).toEqual([key, ...placeholders(zh[key])])
  }
})

test('Chinese characters stand in the text files only', () => {
  const found = sources.filter(({ text }) => /[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/.test(text))
  expect(found.map(({ name }) => name)).toEqual([])
})

test('every text is used somewhere', () => {
  const all = sources.map(({ text }) => text).join('\n')
  const prefixes = [...all.matchAll(/(?:t|tOf)\((?:`([\w.]+)\.\$\{|'(\w+)',)/g)].map((match) => (match[1] ?? match[2]) + '.')
  const unused = Object.keys(zh).filter(
    (key) => !all.includes(`'${key}'`) && !all.includes(`{{${key}}}`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  )
  expect(unused).toEqual([])
})
