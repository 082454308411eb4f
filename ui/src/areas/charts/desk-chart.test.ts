import { expect, test } from 'vitest'
import { summaryOf, withoutStyles, type Drawing } from './desk-chart'
import { draw } from './desk-drawing'

const colours = { ink: '#111', soft: '#222', line: '#333', ground: '#fff', first: '#0a0', second: '#a00', third: '#00a' }
const drawing = (more: Partial<Drawing>): Drawing => ({
  kind: 'line', labels: ['2023', '2024', '2025'], low: 0, high: 100, width: 480, height: 168, font: "'PingFang SC', 'Microsoft YaHei', sans-serif", colours, format: (value) => `${value}%`,
  series: [{ title: 'a', values: [10, null, 30], openAt: 2 }, { title: 'b', values: [20, 40, 50] }], ...more,
})

test('a drawing has no inline style and no rule, which the policy would refuse', () => {
  for (const kind of ['line', 'bar'] as const) {
    const svg = withoutStyles(draw(drawing({ kind })))
    expect(svg).toMatch(/^<svg /)
    expect(svg).not.toMatch(/\sstyle=|<style/)
    expect(svg).toMatch(/font-family="'PingFang SC'/)
  }
})

test('lines differ by their dash, numbers and periods are texts, and the same drawing is the same', () => {
  const svg = draw(drawing({}))
  expect(svg).toMatch(/stroke="#a00"[^>]*stroke-dasharray="6,4"/)
  expect(svg).not.toMatch(/stroke="#0a0" stroke-width="2.5"[^>]*stroke-dasharray/)
  for (const text of ['10%', '30%', '2024']) expect(svg).toContain(`>${text}</text>`)
  expect(withoutStyles(draw(drawing({ kind: 'bar' })))).toContain('>10%</text>')
})

test('who does not see it hears every value, and no gap', () => {
  expect(summaryOf(drawing({}))).toBe('a: 2023 10%, 2025 30%; b: 2023 20%, 2024 40%, 2025 50%')
})
