/* The work of who served, as the page shows it: days of one put together, those without a record among them, sorted, and as a file. */
import type { Cell } from '../../core/csv'
import type { Wording } from '../../core/types'

export interface WorkCount { id: string; n: number; name?: Wording }
export interface WorkDay {
  performer: string
  name?: string | null
  facility: string
  facility_name: Wording
  on: string
  records: number
  people: number
  met: number
  same_day: number
  late: number
  lag_most: number
  forms: WorkCount[]
  areas: WorkCount[]
}
export interface Member { id: string; name: string; facility: string; away_from?: string | null }
export interface Doctor {
  key: string
  performer: string
  name: string
  facility: string
  facilityName: Wording
  isAway: boolean
  days: WorkDay[]
  records: number
  people: number
  met: number
  same_day: number
  late: number
  lag_most: number
  areas: WorkCount[]
}
export type Span = 'day' | 'week'
export type Column = 'name' | 'facility' | 'records' | 'people' | 'met' | 'same_day' | 'late' | 'lag_most'

const DAY = 86_400_000

export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY).toISOString().slice(0, 10)
}

/* A day, or the week from Monday on in which it lies. */
export function daysOf(day: string, span: Span): string[] {
  if (span === 'day') return [day]
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  return Array.from({ length: 7 }, (_, i) => addDays(day, i - weekday))
}

function added(counts: WorkCount[], more: WorkCount[]): WorkCount[] {
  const all = new Map(counts.map((one) => [one.id, one]))
  for (const one of more) all.set(one.id, { ...one, n: one.n + (all.get(one.id)?.n ?? 0) })
  return [...all.values()].sort((a, b) => b.n - a.n || (a.id < b.id ? -1 : 1))
}

function begun(performer: string, name: string, facility: string, facilityName: Wording, isAway = false): Doctor {
  return { key: `${performer} ${facility}`, performer, name, facility, facilityName, isAway, days: [], records: 0, people: 0, met: 0, same_day: 0, late: 0, lag_most: 0, areas: [] }
}

/* `people` is that of single days: who was seen twice in a week counts twice. */
export function doctorsOf(days: readonly WorkDay[], idle: readonly (Member & { facilityName: Wording })[]): Doctor[] {
  const all = new Map<string, Doctor>()
  for (const member of idle) {
    const doctor = begun(member.id, member.name, member.facility, member.facilityName, Boolean(member.away_from))
    all.set(doctor.key, doctor)
  }
  for (const day of days) {
    const key = `${day.performer} ${day.facility}`
    const doctor = all.get(key) ?? begun(day.performer, day.name ?? '', day.facility, day.facility_name)
    all.set(key, doctor)
    doctor.days.push(day)
    for (const number of ['records', 'people', 'met', 'same_day', 'late'] as const) doctor[number] += day[number]
    doctor.lag_most = Math.max(doctor.lag_most, day.lag_most)
    doctor.areas = added(doctor.areas, day.areas)
  }
  return [...all.values()]
}

export function formsOf(doctor: Doctor): WorkCount[] {
  return doctor.days.reduce<WorkCount[]>((counts, { forms }) => added(counts, forms), [])
}

/* "-late": the most first. The code of the facility decides between equals. */
export function sorted(doctors: readonly Doctor[], by: string): Doctor[] {
  const column = by.replace('-', '') as Column
  const sign = by.startsWith('-') ? -1 : 1
  const of = (doctor: Doctor) => (column === 'facility' ? doctor.facility : doctor[column])
  const order = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
  return doctors.slice().sort((a, b) => sign * order(of(a), of(b)) || order(a.facility, b.facility) || order(a.key, b.key))
}

export interface Sum { records: number; people: number; met: number; late: number; busy: number }
export function sumOf(doctors: readonly Doctor[]): Sum {
  const sum = { records: 0, people: 0, met: 0, late: 0, busy: 0 }
  for (const doctor of doctors) {
    for (const number of ['records', 'people', 'met', 'late'] as const) sum[number] += doctor[number]
    if (doctor.records > 0) sum.busy++
  }
  return sum
}

/* A row a doctor and day, and a column a form. */
export function fileOf(doctors: readonly Doctor[], heads: readonly string[], forms: readonly { id: string; title: string }[], nameOf: (name: Wording) => string): Cell[][] {
  return [
    [...heads, ...forms.map(({ title }) => title)],
    ...doctors.flatMap((doctor) => doctor.days.map((day) => [
      day.on, doctor.name, nameOf(doctor.facilityName), day.records, day.people, day.met, day.same_day, day.late, day.lag_most,
      day.areas.map(({ name, n }) => `${nameOf(name ?? { zh: '', en: '' })} ${n}`).join('; '),
      ...forms.map(({ id }) => day.forms.find((form) => form.id === id)?.n ?? 0),
    ])),
  ]
}
