import { describe, expect, it } from 'vitest'
import { hidesLosses, losses, moved, pointsText, scoresFor, streaksOf, todoN, type Line, type Part, type Score, type Unit } from './scores'

const part = (measure: string, lost: number): Part => ({ measure, weight: 1, floor: 0, target: 90, denominator: 10, numerator: 5, lost })
const unit = (code: string, rank: number | null, parts: Part[] = []): Unit => ({ unit: code, name: { zh: code, en: code }, rank, parts })

describe('scores', () => {
  it('shows two decimals, half away from zero on what is written', () => {
    expect(pointsText(91.2)).toBe('91.20')
    expect(pointsText(2.675)).toBe('2.68')
    expect(pointsText(0)).toBe('0.00')
    expect(pointsText(1e-9)).toBe('0.00')
    expect(pointsText(null)).toBe('—')
  })
  it('names what costs most first, and nothing that costs nothing', () => {
    expect(losses(unit('A', 1, [part('a', 2), part('b', 0), part('c', 9.5)])).map(({ measure }) => measure)).toEqual(['c', 'a'])
  })
  it('does not say that nothing is lost where a part is held back', () => {
    expect([hidesLosses(unit('A', 1, [part('a', 0), { ...part('b', 0), few: 'all' }])), hidesLosses(unit('A', 1, [part('a', 0)]))]).toEqual([true, false])
  })
  it('offers the scores on which one has a line, those of the own level first', () => {
    const scores = [4, 5, 3].map((level) => ({ id: `s${level}`, level }) as Score)
    expect([3, 4, 5].map((level) => scoresFor(scores, level).map(({ id }) => id).join(''))).toEqual(['s3s4s5', 's4s5', 's5'])
  })
  it('tells the rows of years that have begun, and each year without data once', () => {
    const lines = (['at_least', 'below'] as const).map((line): Line => ({ line, at: 60, years: 3, then: { zh: 'Commended', en: 'Commended' } }))
    const told = streaksOf({ ...unit('A', 1), in_a_row: [{ years: 0, is_reached: false, gap: '2022' }, { years: 2, is_reached: false, gap: '2022' }] }, lines)
    expect([told.begun.map(({ line, streak }) => [line.line, streak.years]), told.gaps]).toEqual([[['below', 2]], ['2022']])
    expect(streaksOf(unit('B', 2), lines)).toEqual({ begun: [], gaps: [] })
  })
  it('counts who is still to be seen, or what is to be brought down', () => {
    expect([todoN(part('a', 1)), todoN({ ...part('a', 1), numerator: 2, direction: 'down' }), todoN({ ...part('a', 1), amounts: true })]).toEqual([5, 2, 0])
  })
  it('says how many places a unit won or lost, and nothing without both ranks', () => {
    const before = [unit('A', 3), unit('B', 1), unit('C', null)]
    expect(['A', 'B', 'C', 'D'].map((code) => moved(unit(code, 2), before))).toEqual([1, -1, null, null])
    expect(moved(unit('A', null), before)).toBe(null)
  })
})
