import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toneOf, TONES } from './tone'

test('a program keeps its colour, and the colours are used evenly enough', () => {
  expect(toneOf('program')).toBe(toneOf('program'))
  const used = Array.from({ length: 60 }, (_, n) => toneOf(`program_${n}`))
  for (let tone = 0; tone < TONES; tone++) expect(used.filter((one) => one === tone).length).toBeGreaterThan(2)
})

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

test('every tag colour can be read on every ground of its scheme', () => {
  const css = readFileSync(join(import.meta.dirname, '../tokens.css'), 'utf8')
  const schemes = css.split('@media')
  expect(schemes.length).toBe(2)
  for (const scheme of schemes) {
    const tokens = new Map([...scheme.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]))
    for (let tone = 0; tone < TONES; tone++) {
      for (const ground of ['ground', 'surface', 'sunken']) {
        const pair = [luminance(tokens.get(`tag-${tone}`)!), luminance(tokens.get(ground)!)].sort((a, b) => b - a)
        expect((pair[0]! + 0.05) / (pair[1]! + 0.05)).toBeGreaterThanOrEqual(4.5)
      }
    }
  }
})
