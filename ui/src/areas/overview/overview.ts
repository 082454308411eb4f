/* The table of areas: which numbers it shows, in which order, and the same as rows of a file. */
import type { Cell } from '../../core/csv'
import type { AreaNumbers, AreaRow, NamedPlace, Overview } from '../../core/types'

export const COLUMNS = ['name', 'overdue', 'due', 'open', 'share', 'most'] as const
export type Column = (typeof COLUMNS)[number]

export interface Line {
  area: AreaRow
  numbers: AreaNumbers
  owed: number
  share: number | null /* of what is owed, how much is overdue; null where nothing is owed */
  isFew: boolean /* too few of a sensitive kind to be told: the numbers are not theirs */
}

export function isColumn(name: string): name is Column {
  return (COLUMNS as readonly string[]).includes(name)
}

function lineOf(area: AreaRow, numbers: AreaNumbers & { is_few?: boolean }): Line {
  const owed = numbers.overdue + numbers.due + numbers.open
  return { area, numbers, owed, share: owed === 0 ? null : numbers.overdue / owed, isFew: numbers.is_few ?? false }
}

/* Of one program, or of all of them together. */
export function linesOf(overview: Overview, program: string): Line[] {
  return overview.areas.map((area) => lineOf(area, area.by_program.find((one) => one.program === program) ?? area))
}

/* The programs of which anything is owed in these areas, and the one that was chosen. */
export function programsOf(overview: Overview, chosen: string): Overview['programs'] {
  return overview.programs.filter(({ program }) => program === chosen || overview.areas.some(({ by_program }) =>
    by_program.some((one) => one.program === program && (one.is_few || one.overdue + one.due + one.open > 0))))
}

function valueOf(line: Line, column: Exclude<Column, 'name'>): number {
  if (column === 'share') return line.share ?? -1
  return column === 'most' ? line.numbers.days_late_most : line.numbers[column]
}

/* Numbers with the largest first, names by code; equal ones by code. */
export function sorted(lines: readonly Line[], column: Column, isReversed: boolean): Line[] {
  const byCode = (a: Line, b: Line) => (a.area.code < b.area.code ? -1 : 1)
  const order = (a: Line, b: Line) => (column === 'name' ? byCode(a, b) : valueOf(b, column) - valueOf(a, column) || byCode(a, b))
  return lines.slice().sort((a, b) => (isReversed ? -order(a, b) : order(a, b)))
}

/* A clinic that answers for several villages is one line: the same numbers by who answers, each with its villages instead of its clinics.
 * A village for which nobody answers stays a line of its own. Of a sensitive kind the villages that are told are summed; those that are not stay out, as in every sum. */
export function byClinic(overview: Overview): Overview {
  const groups = new Map<string, AreaRow[]>()
  for (const area of overview.areas) {
    const key = codesOf(area)
    groups.set(key, [...(groups.get(key) ?? []), area])
  }
  const areas = [...groups.values()].map((villages): AreaRow => {
    const first = villages[0] as AreaRow
    if (first.facilities.length === 0) return first
    const name = (read: (place: NamedPlace) => string) => first.facilities.map(read).join(' ')
    return {
      code: codesOf(first), level: first.level, name: name((one) => one.name), name_en: name((one) => one.name_en || one.name),
      facilities: villages.map(({ code, name: zh, name_en: en }) => ({ code, name: zh, name_en: en })), ...sumOf(villages), by_program: programSums(villages),
    }
  })
  return { ...overview, areas }
}

/* Who answers; the village itself where nobody does. */
function codesOf(area: AreaRow): string {
  return area.facilities.map(({ code }) => code).join(' ') || area.code
}

function sumOf(many: readonly AreaNumbers[]): AreaNumbers {
  const sum = (read: (one: AreaNumbers) => number) => many.reduce((total, one) => total + read(one), 0)
  const overdue = sum((one) => one.overdue)
  return {
    overdue, due: sum((one) => one.due), open: sum((one) => one.open),
    days_late_mean: overdue === 0 ? 0 : Math.round(sum((one) => one.days_late_mean * one.overdue) / overdue),
    days_late_most: Math.max(0, ...many.map((one) => one.days_late_most)),
  }
}

function programSums(villages: readonly AreaRow[]): AreaRow['by_program'] {
  return (villages[0]?.by_program ?? []).map(({ program }) => {
    const many = villages.flatMap((village) => village.by_program.filter((one) => one.program === program))
    const sums = sumOf(many)
    return { program, ...sums, is_few: many.some((one) => one.is_few) && sums.overdue + sums.due + sums.open === 0 }
  })
}

/* Whether anything is left out of the sums because it is too little of a sensitive kind. */
export function leavesOut(lines: readonly Line[]): boolean {
  return lines.some(({ area }) => area.by_program.some((one) => one.is_few))
}

export function totalOf(lines: readonly Line[]): Omit<Line, 'area' | 'isFew'> {
  const sum = (read: (line: Line) => number) => lines.reduce((total, line) => total + read(line), 0)
  const overdue = sum((line) => line.numbers.overdue)
  const owed = sum((line) => line.owed)
  const late = sum((line) => line.numbers.days_late_mean * line.numbers.overdue)
  return {
    owed,
    share: owed === 0 ? null : overdue / owed,
    numbers: {
      overdue,
      due: sum((line) => line.numbers.due),
      open: sum((line) => line.numbers.open),
      days_late_mean: overdue === 0 ? 0 : Math.round(late / overdue),
      days_late_most: Math.max(0, ...lines.map((line) => line.numbers.days_late_most)),
    },
  }
}

/* Percent without decimals; what is not none does not look like none, nor what is not all like all. */
export function percent(share: number): number {
  const rounded = Math.round(share * 100)
  if (rounded === 0 && share > 0) return 1
  return rounded === 100 && share < 1 ? 99 : rounded
}

export interface Words {
  head: Cell[]
  programs: { program: string; heads: Cell[] }[]
  few: Cell /* instead of each number that is not told */
  name(place: { name: string; name_en?: string | null }): string
}

/* The whole table, every program beside the sum of them. */
export function fileRows(lines: readonly Line[], words: Words): Cell[][] {
  const numbers = (one: AreaNumbers & { is_few?: boolean }): Cell[] =>
    one.is_few ? [words.few, words.few, words.few] : [one.overdue, one.due, one.open]
  const rows = lines.map(({ area, share, numbers: shown }) => [
    area.code, words.name(area), area.facilities.map(words.name).join(' '), ...numbers(shown),
    share === null ? null : Math.round(share * 1000) / 10, shown.days_late_mean, shown.days_late_most,
    ...words.programs.flatMap(({ program }) => {
      const of = area.by_program.find((one) => one.program === program)
      return of ? numbers(of) : [null, null, null]
    }),
  ])
  return [[...words.head, ...words.programs.flatMap(({ heads }) => heads)], ...rows]
}
