/* How persons and their values are put in words. */
import { lang, say, t, tOf } from './i18n'
import type { DueItem, ShownValue, Wording } from './types'

/* Whom something is about: where the page is, and what the address of a form says. */
export function pageOf(id: string, kind = 'resident'): string {
  return kind === 'resident' ? `/residents/${id}` : `/subjects/${kind}/${id}`
}

export function formOf(form: string, id: string, kind = 'resident', amends?: string | null): string {
  const about = kind === 'resident' ? `resident=${id}` : `subject=${id}&kind=${kind}`
  return `/form/${encodeURIComponent(form)}?${about}${amends ? `&amends=${amends}` : ''}`
}

/* The one that a line of the list is about, a resident or an organisation. */
export function partyOf({ resident, subject }: DueItem): { id: string; kind?: string; name: string; line: string } {
  return resident ? { ...resident, line: personLine(resident) } : { ...subject, name: say(subject.name), line: say(subject.kind_title) }
}

export function personLine(person: { sex: string; age: number }): string {
  return `${tOf('sex', person.sex)} ${t('person.age', { n: person.age })}`
}

interface Measured {
  numbers: string[]
  unit: string
}

/* Neighbours that share a unit belong together: systolic and diastolic are "168/102 mmHg". */
function runs(values: readonly ShownValue[]): (Measured | ShownValue)[] {
  const found: (Measured | ShownValue)[] = []
  for (const value of values) {
    const [, number, unit] = /^(-?\d+(?:\.\d+)?)\s+(\D+)$/.exec(say(value.text)) ?? []
    const before = found[found.length - 1]
    if (number === undefined || unit === undefined) found.push(value)
    else if (before && 'unit' in before && before.unit === unit) before.numbers.push(number)
    else found.push({ numbers: [number], unit })
  }
  return found
}

/* Everything that a list shows of a record, in one line. */
export function valuesLine(values: readonly ShownValue[]): string {
  return runs(values)
    .map((one) => ('unit' in one ? `${one.numbers.join('/')} ${one.unit}` : `${say(one.label)} ${say(one.text)}`))
    .join(t('list.comma'))
}

/* What was measured only, for a card; all of it when nothing was. */
export function measuredLine(values: readonly ShownValue[]): string {
  const measured = runs(values).filter((one): one is Measured => 'unit' in one)
  if (measured.length === 0) return valuesLine(values)
  return measured.map((one) => `${one.numbers.join('/')} ${one.unit}`).join(t('list.comma'))
}

export function areaOf(person: { area_name: string; area_name_en?: string | null }): string {
  return (lang.value === 'en' && person.area_name_en) || person.area_name
}

export function nameOf(thing: { name: string; name_en?: string | null }): string {
  return (lang.value === 'en' && thing.name_en) || thing.name
}

/* The name as it is written on the spot, where the page shows another one: for the title of what names it. */
export function localName(thing: { name: string; name_en?: string | null }): string | undefined {
  return nameOf(thing) === thing.name ? undefined : thing.name
}

/* How many of these things one visit can do, and which. */
export function togetherLine(items: readonly { title: Wording }[]): string {
  return t('due.together', { n: items.length, items: items.map((one) => say(one.title)).join(t('list.comma')) })
}

/* The server, and the copy on the phone, find so many at most. */
export const FOUND_MOST = 50
export function foundLine(n: number): string {
  return t(n >= FOUND_MOST ? 'search.first' : 'search.found', { n })
}
