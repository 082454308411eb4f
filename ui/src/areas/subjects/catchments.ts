/* Who answers for which village: the tree of a day, and what is wrong with it. */
import { VILLAGE } from '../../core/levels'
import type { Wording } from '../../core/types'

export interface Area {
  code: string
  parent: string | null
  level: number
  name: string
  name_en?: string | null
}
export interface Facility {
  code: string
  parent: string | null
  level: number
  name: string
  name_en?: string | null
}
export interface Catchment {
  area: string
  facility: string
  team?: string | null
  valid_from: string
  valid_to?: string | null
  doctors: { id: string; code: string; name: string }[]
}
export interface Member {
  id: string
  code: string
  name: string
  facility: string
  post?: string | null
  post_title: Wording
  away_from?: string | null
  away_to?: string | null
  substitute?: string | null
}

export const FAULTS = ['gap', 'overlap', 'away', 'nameless'] as const
export type Fault = (typeof FAULTS)[number]

export interface Village {
  area: Area
  township: Area | null
  village: Area | null /* of a grid: the village that it lies in */
  held: Catchment[] /* of the area itself, or of the nearest one that it lies in */
  faults: Fault[]
}

/* Codes of the facility and of all below it; in any order. */
export function below(facilities: readonly Facility[], top: string): Set<string> {
  const found = new Set([top])
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const one of facilities) if (one.parent && found.has(one.parent)) found.add(one.code)
  }
  return found
}

function heldBy(area: Area, byCode: Map<string, Area>, byArea: Map<string, Catchment[]>): Catchment[] {
  for (let at: Area | undefined = area; at; at = at.parent ? byCode.get(at.parent) : undefined) {
    const found = byArea.get(at.code)
    if (found) return found
  }
  return []
}

function faultsOf(held: readonly Catchment[], staff: Map<string, Member>): Fault[] {
  if (held.length === 0) return ['gap']
  const faults: Fault[] = []
  const doctors = held.flatMap((one) => one.doctors)
  if (new Set(held.map((one) => one.facility)).size > 1) faults.push('overlap')
  if (doctors.length === 0) faults.push('nameless')
  else if (doctors.every(({ id }) => staff.get(id)?.away_from && !staff.get(id)?.substitute)) faults.push('away')
  return faults
}

/* The villages and grids of the townships in which the facilities answer for something; of the whole county for who
 * manages it. An area with grids in it is these. */
export function villagesOf(areas: readonly Area[], catchments: readonly Catchment[], staff: readonly Member[], own: ReadonlySet<string>, isCounty: boolean): Village[] {
  const byCode = new Map(areas.map((area) => [area.code, area]))
  const parents = new Set(areas.map((area) => area.parent))
  const byArea = new Map<string, Catchment[]>()
  for (const one of catchments) byArea.set(one.area, [...(byArea.get(one.area) ?? []), one])
  const members = new Map(staff.map((one) => [one.id, one]))
  const townships = new Set(catchments.filter((one) => own.has(one.facility)).map((one) => one.area.slice(0, 9)))
  return areas
    .filter((area) => area.level >= VILLAGE && !parents.has(area.code) && (isCounty || townships.has(area.code.slice(0, 9))))
    .map((area) => {
      const held = heldBy(area, byCode, byArea)
      return { area, township: byCode.get(area.code.slice(0, 9)) ?? null, village: area.level > VILLAGE ? (byCode.get(area.code.slice(0, 12)) ?? null) : null, held, faults: faultsOf(held, members) }
    })
}

export function withFault(villages: readonly Village[], fault: Fault | 'all'): Village[] {
  return fault === 'all' ? [...villages] : villages.filter((one) => one.faults.includes(fault))
}
