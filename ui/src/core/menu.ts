/* The pages of the menu, for phone and desk: who may open which. The first one that somebody may open is where
 * they begin. A page more is a line here, its words (tab.<name>), and its component in the App.vue of the entry. */
import { VILLAGE } from './levels'
import type { Account } from './types'

export type Device = 'phone' | 'desk'

export interface MenuPage {
  name: 'due' | 'overview' | 'residents' | 'subjects' | 'emergencies' | 'system' | 'tables' | 'accounts' | 'audit' | 'me'
  devices: readonly Device[]
  may(account: Account): boolean
}

function holds(account: Account, permission: string): boolean {
  return account.permissions.includes(permission)
}

/* A village's doctor has the list itself; numbers by area are for those above. */
function looksAtAreas(account: Account): boolean {
  return !account.sees_persons || (account.facility.level ?? 0) < VILLAGE
}

/* Guidance, assistance: what organisations owe and record, without persons. */
function writesForOrganisations(account: Account): boolean {
  return !account.sees_persons && holds(account, 'records.write')
}

const PAGES: readonly MenuPage[] = [
  { name: 'due', devices: ['phone', 'desk'], may: (account) => holds(account, 'obligations.read') && (account.sees_persons || writesForOrganisations(account)) },
  { name: 'overview', devices: ['phone', 'desk'], may: (account) => holds(account, 'obligations.read') && account.has_areas !== false && looksAtAreas(account) },
  { name: 'residents', devices: ['phone', 'desk'], may: (account) => account.sees_persons && holds(account, 'residents.search') },
  { name: 'subjects', devices: ['phone'], may: writesForOrganisations },
  { name: 'emergencies', devices: ['phone', 'desk'], may: (account) => holds(account, 'emergencies.review') },
  { name: 'system', devices: ['phone', 'desk'], may: (account) => holds(account, 'metrics.read') },
  { name: 'tables', devices: ['desk'], may: (account) => holds(account, 'tables.read') },
  { name: 'accounts', devices: ['desk'], may: (account) => holds(account, 'accounts.manage') },
  { name: 'audit', devices: ['desk'], may: (account) => holds(account, 'audit.read') },
  { name: 'me', devices: ['phone'], may: () => true },
]

export function menuOf(account: Account, device: Device): readonly MenuPage[] {
  return PAGES.filter((page) => page.devices.includes(device) && page.may(account))
}

/* The page that an address names, when it is in the menu; otherwise the first of the menu. */
export function pageAt(menu: readonly MenuPage[], name: string): MenuPage | undefined {
  return menu.find((page) => page.name === name) ?? menu[0]
}

export function addressOf(menu: readonly MenuPage[], page: MenuPage): string {
  return page === menu[0] ? '#/' : `#/${page.name}`
}
