/* Accounts of the own facility and those below: what the API sends and takes. */
import { api } from '../../core/session'
import { nameOf } from '../../core/people'
import type { Session, Wording } from '../../core/types'

export interface AccountRow {
  id: string
  login: string
  name: string
  role: string
  role_title: Wording
  facility: string
  facility_name: string
  facility_name_en?: string | null
  is_disabled: boolean
  must_change: boolean
  is_managed: boolean
}

export interface GivenRole {
  role: string
  role_title: Wording
}

export interface Facility {
  code: string
  name: string
  name_en?: string | null
  level: number
  parent?: string | null
}

export interface DeviceRow {
  id: string
  name: string
  registered_at: string
  last_sync_at?: string | null
  state: 'active' | 'revoked'
}

export interface SessionRow {
  id: string
  opened_at: string
  used_at: string
  expires_at: string
  is_this: boolean
}

/* place: whoever hands the slips out gets those of one place together. */
export interface FirstPassword {
  place: string
  facility: string
  name: string
  login: string
  password: string
}

const PAGES_MOST = 50

export async function readAccounts(): Promise<{ items: AccountRow[]; roles: GivenRole[] }> {
  const items: AccountRow[] = []
  let roles: GivenRole[] = []
  let after: string | null | undefined = ''
  for (let page = 0; page < PAGES_MOST && after !== null && after !== undefined; page++) {
    const answer: { items: AccountRow[]; roles: GivenRole[]; next?: string | null } = await api.get('/accounts', { after })
    items.push(...answer.items)
    roles = answer.roles
    after = answer.next
  }
  return { items, roles }
}

/* Who works at the county chooses among all facilities, everybody else among his own and those below. */
const COUNTY = 3
export function facilitiesInReach(all: readonly Facility[], own: Session['account']['facility']): Facility[] {
  if ((own.level ?? 0) <= COUNTY) return all.slice()
  const parents = new Map(all.map((one) => [one.code, one.parent ?? '']))
  const isBelow = (code: string): boolean => {
    for (let at = code, steps = 0; at !== '' && steps < 10; at = parents.get(at) ?? '', steps++) if (at === own.code) return true
    return false
  }
  return all.filter((one) => isBelow(one.code))
}

export function facilityName(row: AccountRow): string {
  return nameOf({ name: row.facility_name, name_en: row.facility_name_en })
}

export function matches(row: AccountRow, words: string, facility: string): boolean {
  const typed = words.trim().toLowerCase()
  return (facility === '' || row.facility === facility) && (typed === '' || row.login.toLowerCase().includes(typed) || row.name.toLowerCase().includes(typed))
}
