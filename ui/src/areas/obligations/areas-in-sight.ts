/* The villages that a facility and those below it answer for: what a list can be narrowed to. */
import { api, session } from '../../core/session'

export interface Area {
  code: string
  parent: string | null
  name: string
  name_en?: string
}

interface Facility {
  code: string
  parent: string | null
  areas: string[]
}

export async function areasInSight(): Promise<Area[]> {
  const [{ areas }, { facilities }] = await Promise.all([
    api.get<{ areas: Area[] }>('/areas'),
    api.get<{ facilities: Facility[] }>('/facilities'),
  ])
  const root = session.current?.account.facility.code ?? ''
  /* Who looks into a county from the city above it stands below none of its facilities. */
  if (!facilities.some(({ code }) => code === root)) return areas
  const served = codesBelow(facilities, root)
  return areas.filter((area) => served.has(area.code))
}

function codesBelow(facilities: readonly Facility[], root: string): Set<string> {
  const inTree = new Set([root])
  /* Parents may stand after their children: go round until nothing is added. */
  for (let before = -1; before !== inTree.size; ) {
    before = inTree.size
    for (const facility of facilities) if (facility.parent && inTree.has(facility.parent)) inTree.add(facility.code)
  }
  return new Set(facilities.filter((facility) => inTree.has(facility.code)).flatMap((facility) => facility.areas))
}
