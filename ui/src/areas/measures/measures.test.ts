import { expect, test } from 'vitest'
import { bandsOf, changeOf, formulaPieces, holdsForUnits, isRunning, judgedBy, kindOf, lastDayOf, medianOf, pathsWithin, pathValues, periodAfter, periodOn, periodsUpto, pointsOf, ranked, signed, sorted, trendOf, unitsBelow, valueText, verdictOf, wholeOf, worst, type Measure, type PlanPath, type UnitValue } from './measures'

const unit = (code: string, level: number, numerator: number, denominator: number, period = '2025'): UnitValue =>
  ({ unit: code, level, period, numerator, denominator, value: denominator ? numerator / denominator : null, name: { zh: code, en: code } })

test('periods are counted over the year', () => {
  expect(['2025', '2025H2', '2025Q4', '2025-12', '2025-13', 'Q1'].map(kindOf)).toEqual(['year', 'half', 'quarter', 'month', null, null])
  expect([periodAfter('2025', -1), periodAfter('2025H1', -1), periodAfter('2025Q4', 1), periodAfter('2025-01', -13)]).toEqual(['2024', '2024H2', '2026Q1', '2023-12'])
  expect((['year', 'half', 'quarter', 'month'] as const).map((kind) => periodOn(kind, '2025-06-30'))).toEqual(['2025', '2025H1', '2025Q2', '2025-06'])
  expect(['2025', '2025Q2', '2025Q1', '2024'].map((period) => isRunning(period, '2025-06-30'))).toEqual([true, true, false, false])
  expect(['2024', '2025H1', '2025Q4', '2024-02', '2025-12'].map(lastDayOf)).toEqual(['2024-12-31', '2025-06-30', '2025-12-31', '2024-02-29', '2025-12-31'])
  expect(periodsUpto('2025Q1', 3)).toEqual(['2024Q3', '2024Q4', '2025Q1'])
})

test('what is not all does not look like all', () => {
  expect([0.8995, 0.9999, 1, 0.0001, 0, null].map((value) => valueText(value, '%'))).toEqual(['90.0%', '99.9%', '100.0%', '0.1%', '0.0%', '—'])
  const beside = (value: number, compare: string, low: number) => valueText(value, '%', { compare, low })
  expect([beside(0.8995, 'at_least', 90), beside(0.9, 'at_least', 90), beside(0.1004, 'at_most', 10), beside(0.29, 'at_least', 29), beside(0.1004, 'above', 10)]).toEqual(['89.95%', '90.0%', '10.04%', '29.0%', '10.04%'])
  expect(valueText(1.234, '')).toBe('1.23')
  expect(signed(changeOf(0.5, 0.4551, '%')!)).toBe('+4.5')
  expect(signed(changeOf(0.5, 0.5001, '%')!)).toBe('±0.0')
  expect(signed(changeOf(12, 9, '', 0)!, 0)).toBe('+3')
  expect([verdictOf(1, 'up'), verdictOf(1, 'down'), verdictOf(0, 'up'), verdictOf(1, 'none')]).toEqual(['better', 'worse', 'same', null])
})

test('a number that grows is not judged while its period runs', () => {
  const measure = (growth: string) => ({ direction: 'up', growth }) as Measure
  expect(['none', 'even', 'late'].map((growth) => judgedBy(measure(growth), '2025', '2025-06-30'))).toEqual(['up', 'none', 'none'])
  expect(judgedBy(measure('late'), '2024', '2025-06-30')).toBe('up')
})

test('a path of a plan is drawn as values are, with gaps where it asks nothing, and for units only where it holds for them', () => {
  const path: PlanPath = { plan: 'p', plan_title: { zh: '', en: '' }, is_elsewhere: false, clause: '27', clause_title: { zh: '', en: '' }, shape: 'stages', points: [{ period: '2022' }, { period: '2023', expected: 85 }, { period: '2024', expected: 87.5, high: 95 }] }
  expect(pathValues(path, 'expected', ['2022', '2023', '2024', '2025'], '%')).toEqual([null, 0.85, 0.875, null])
  expect(pathValues(path, 'high', ['2023', '2024'], '%')).toEqual([null, 0.95])
  expect(pathValues(path, 'expected', ['2024'], '')).toEqual([87.5])
  expect((['stages', 'a_year'] as const).map((shape) => holdsForUnits({ shape }, { value_is: 'ratio' }))).toEqual([true, false])
  expect(holdsForUnits(path, { value_is: 'count' })).toBe(false)
})

test('as many paths are drawn as lines are left; one with two ends takes two', () => {
  const path = (plan: string, high?: number): PlanPath => ({ plan, plan_title: { zh: '', en: '' }, is_elsewhere: false, clause: '1', clause_title: { zh: '', en: '' }, shape: 'level', points: [{ period: '2025', expected: 1, ...(high ? { high } : {}) }] })
  const paths = [path('a'), path('b', 2), path('c'), path('d')]
  const drawn = (asked: string[] | null, room: number) => pathsWithin(paths, asked, room).map(({ plan }) => plan).join('')
  expect([drawn(null, 3), drawn(null, 2), drawn(['d/1', 'b/1', 'x/1'], 3), drawn(['none'], 3), drawn([], 3)]).toEqual(['ab', 'ac', 'db', '', ''])
})

test('equal values share a rank, and the next one counts them all', () => {
  const lines = ranked([unit('a', 4, 1, 2), unit('b', 4, 9, 10), unit('c', 4, 5, 10), unit('d', 4, 0, 0), unit('e', 4, 1, 10)], 'up')
  expect(lines.map(({ rank }) => rank)).toEqual([2, 1, 2, null, 4])
  expect(ranked([unit('a', 4, 1, 2), unit('b', 4, 9, 10)], 'down').map(({ rank }) => rank)).toEqual([1, 2])
  expect(ranked([unit('a', 4, 1, 2)], 'none').map(({ rank }) => rank)).toEqual([null])
  const codes = (column: 'rank' | 'value' | 'rest', isReversed = false) => sorted(lines, column, isReversed).map((line) => line.unit).join('')
  expect([codes('rank'), codes('rank', true), codes('value', true), codes('rest')]).toEqual(['baced', 'eacbd', 'eacbd', 'ecabd'])
  const up = { direction: 'up', unit: '%', value_is: 'ratio' } as const
  expect(worst(lines, 2, up).map((line) => line.unit)).toEqual(['e', 'c'])
  expect(worst(lines, 9, up, { compare: 'at_least', low: 50 }).map((line) => line.unit)).toEqual(['e'])
  const down = ranked([unit('a', 4, 9, 10), unit('b', 4, 10, 10), unit('c', 4, 0, 10)], 'down')
  expect(worst(down, 9, { ...up, direction: 'down' }).map((line) => line.unit)).toEqual(['b', 'a'])
})

test('a number is the sum of the highest units that are told', () => {
  const county = [unit('441322', 3, 5, 10), unit('441322001', 4, 2, 4), unit('441322001201', 5, 1, 2)]
  expect(wholeOf(county, '2025')).toEqual({ numerator: 5, denominator: 10, value: 0.5 })
  expect(wholeOf(county, '2025', true).value).toBe(5)
  const villages = [unit('441322001201', 5, 1, 2), unit('441322001202', 5, 0, 2), unit('441322001201', 5, 2, 2, '2024')]
  expect(trendOf(villages, ['2023', '2024', '2025']).map(({ value }) => value)).toEqual([null, 1, 0.25])
})

test('units are those right below, by code or by the tree of facilities', () => {
  const areas = [unit('441322', 3, 5, 10), unit('441322001', 4, 2, 4), unit('441322002', 4, 2, 4), unit('441322001201', 5, 1, 2)]
  expect(unitsBelow(areas, 'area', '', []).map((one) => one.unit)).toEqual(['441322001', '441322002'])
  expect(unitsBelow(areas, 'area', '441322001', []).map((one) => one.unit)).toEqual(['441322001201'])
  expect(unitsBelow(areas, 'area', '441322001201', [])).toEqual([])
  const tree = [{ code: 'G', parent: null }, { code: 'T1', parent: 'G' }, { code: 'T2', parent: 'G' }, { code: 'V1', parent: 'T1' }]
  const places = ['G', 'T1', 'T2', 'V1'].map((code, i) => unit(code, 3 + Math.min(i, 2), 1, 2))
  expect(unitsBelow(places, 'facility', '', tree).map((one) => one.unit)).toEqual(['T1', 'T2'])
  expect(unitsBelow(places, 'facility', 'T1', tree).map((one) => one.unit)).toEqual(['V1'])
  expect(unitsBelow(places.slice(3), 'facility', '', tree).map((one) => one.unit)).toEqual(['V1'])
})

test('bands and the middle tell how units spread', () => {
  const lines = ranked([unit('a', 4, 3, 10), unit('b', 4, 10, 10), unit('c', 4, 7, 10), unit('d', 4, 0, 0)], 'up')
  expect(bandsOf(lines).map(({ from, units }) => [from, units.length])).toEqual([[30, 1], [40, 0], [50, 0], [60, 0], [70, 1], [80, 0], [90, 1]])
  expect(medianOf(lines)).toBe(0.7)
  expect(medianOf(lines.slice(0, 2))).toBe(0.65)
  expect([bandsOf(ranked([unit('a', 4, 30, 10)], 'up')), bandsOf(lines, '')]).toEqual([[], []])
})

test('a line has gaps', () => {
  const values = [{ period: '1', denominator: 1, numerator: 0, value: 0 }, { period: '2', denominator: 0, numerator: 0, value: null }, { period: '3', denominator: 1, numerator: 1, value: 1 }]
  expect(pointsOf(values, 0, 1, 100, 10).map(({ x, y }) => [x, y])).toEqual([[0, 10], [100, 0]])
})

test('a formula is words and the numbers of its parameters, in its order', () => {
  const beds = { id: 'beds_2', title: { zh: 'Beds', en: 'Beds' }, value: '1.2' }
  expect(formulaPieces('people × $beds_2, $other', [beds])).toEqual(['people × ', beds, ', ', '$other', ''])
})
