/* How far the grid service covers: shapes of the answers, and the table as rows of a file. */
import type { Cell } from '../../core/csv'
import { share } from '../../parts/share'
import type { Wording } from '../../core/types'

export interface Named {
  code: string
  name: string
  name_en?: string | null
}
export interface Town extends Named {
  areas: number
  areas_covered: number
  clinics: number
  clinics_covered: number
  people: number
}
export interface Coverage {
  centres: { covered: number; units: number }
  clinics: { covered: number; units: number }
  missing: { code: string; name: Wording; level: number }[]
  gaps: { area: string; name: Wording; people: number }[]
  townships: Town[]
}
export interface GridArea extends Named {
  facility?: Named | null
  doctors: string[]
  state: 'covered' | 'nameless' | 'gap'
}
export interface Fault extends Named {
  fault: string
  facility?: string | null
  facility_name?: string | null
  facility_name_en?: string | null
  people: number
}

/* Where something is missing stands first, the worst on top. */
export function worstFirst(towns: readonly Town[]): Town[] {
  return [...towns].sort((a, b) => share(a.areas_covered, a.areas) - share(b.areas_covered, b.areas) || b.people - a.people || (a.code < b.code ? -1 : 1))
}

export function fileRows(towns: readonly Town[], heads: readonly string[], nameOf: (town: Town) => string): Cell[][] {
  return [[...heads], ...towns.map((town) => [town.code, nameOf(town), town.areas, town.areas_covered, town.clinics, town.clinics_covered, town.people])]
}
