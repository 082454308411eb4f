/* The desk's menu: the pages that phones have too, and those of the desk alone, whose words the phone does not load. */
import { t } from '../core/i18n'
import { menuOf, type MenuPage } from '../core/menu'
import type { Account } from '../core/types'
import { word } from '../areas/subjects/catchment-words'
import { word as workWord } from '../areas/work/work-words'

export interface DeskPage extends Omit<MenuPage, 'name'> {
  name: MenuPage['name'] | 'catchments' | 'work'
}

const VILLAGE = 5

const OWN: readonly DeskPage[] = [
  /* of those above the village */
  { name: 'work', devices: ['desk'], may: (account) => ['tables.read', 'staff.read'].every((permission) => account.permissions.includes(permission)) && (account.facility.level ?? 0) < VILLAGE },
  { name: 'catchments', devices: ['desk'], may: (account) => ['catchments.write', 'staff.read'].every((permission) => account.permissions.includes(permission)) },
]

export function deskMenu(account: Account): readonly DeskPage[] {
  return [...menuOf(account, 'desk'), ...OWN.filter((page) => page.may(account))]
}

export function titleOf(page: DeskPage): string {
  if (page.name === 'work') return workWord('tab')
  return page.name === 'catchments' ? word('tab') : t(`tab.${page.name}`)
}
