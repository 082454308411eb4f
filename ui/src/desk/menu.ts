/* The desk's menu: the pages that phones have too, and those of the desk alone, whose words the phone does not load. */
import { t } from '../core/i18n'
import { menuOf, type MenuPage } from '../core/menu'
import type { Account } from '../core/types'
import { word } from '../areas/subjects/catchment-words'

export interface DeskPage extends Omit<MenuPage, 'name'> {
  name: MenuPage['name'] | 'catchments'
}

const OWN: readonly DeskPage[] = [
  { name: 'catchments', devices: ['desk'], may: (account) => ['catchments.write', 'staff.read'].every((permission) => account.permissions.includes(permission)) },
]

export function deskMenu(account: Account): readonly DeskPage[] {
  return [...menuOf(account, 'desk'), ...OWN.filter((page) => page.may(account))]
}

export function titleOf(page: DeskPage): string {
  return page.name === 'catchments' ? word('tab') : t(`tab.${page.name}`)
}
