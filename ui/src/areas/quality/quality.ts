/* Rules of data quality and the records that they name, as the server tells them; lines of the exported table. */
import type { Cell } from '../../core/csv'
import { say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import { word } from './quality-words'

export interface Rule {
  id: string
  title: Wording
  numerator_title: Wording
  remarks?: Wording
  source: Wording
  quality: boolean
  grain: string
  period: string
  is_made: boolean
  is_complete: boolean
  denominator: number
  numerator: number
  checked?: number
}

/* Those that nobody has found right yet. */
export function openOf({ numerator, checked }: Rule): number {
  return Math.max(0, numerator - (checked ?? 0))
}

export interface DoctorHits {
  facility: string
  performed_by: string
  performed_by_name?: string | null
  hits: number
  open: number
}

export interface Hit {
  resident: { id?: string | null; name?: string | null; sex?: string | null; age?: number | null; age_group?: string | null; area?: string | null; area_name?: string | null; area_name_en?: string | null }
  happened_on?: string | null
  recorded_on?: string | null
  form?: string | null
  facility?: string | null
  checked_on?: string | null
  reason?: string | null
  record?: string | null
  performed_by_name?: string | null
}

/* Rules that count records, those with something to look at first, else in the packs' order. */
export function rulesOf(measures: readonly Rule[]): Rule[] {
  const rules = measures.filter(({ quality, grain }) => quality && grain === 'record')
  return [...rules.filter((rule) => openOf(rule) > 0), ...rules.filter((rule) => openOf(rule) === 0)]
}

/* Where a person may not be seen: sex, age and township. */
export function whoIs({ resident }: Hit, sexOf: (sex: string) => string, townOf: (code: string) => string): string {
  if (resident.name) return resident.name
  return [sexOf(resident.sex ?? ''), resident.age_group ?? '', townOf(resident.area ?? '')].filter(Boolean).join(' · ')
}

export function fileRows(rule: Rule, hits: readonly Hit[], names: { who(hit: Hit): string; facility(code: string): string; form(id: string): string }): Cell[][] {
  const head = [word('ruleColumn'), word('person'), word('day'), word('recorded'), word('form'), word('facility'), word('doctor'), word('checked'), word('reason')]
  return [head, ...hits.map((hit) => [
    say(rule.title), names.who(hit), hit.happened_on ?? '', hit.recorded_on ?? '', names.form(hit.form ?? ''), names.facility(hit.facility ?? ''),
    hit.performed_by_name ?? '', hit.checked_on ?? '', hit.reason ?? '',
  ])]
}
