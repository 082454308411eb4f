/* The desk's menu: the pages that phones have too, and those of the desk alone, whose words the phone does not load. */
import { t } from '../core/i18n'
import { VILLAGE } from '../core/levels'
import { menuOf, type MenuPage } from '../core/menu'
import type { Account } from '../core/types'
import { word as comparisonWord } from '../areas/comparison/comparison-words'
import { word as filesWord } from '../areas/records/file-words'
import { word as gridWord } from '../areas/subjects/grid-words'
import { word as measureWord } from '../areas/measures/measure-words'
import { word as planWord } from '../areas/plans/plan-words'
import { word as policyWord } from '../areas/policy/policy-words'
import { word as qualityWord } from '../areas/quality/quality-words'
import { word as scoreWord } from '../areas/scores/score-words'
import { word } from '../areas/subjects/catchment-words'
import { word as workWord } from '../areas/workdays/workday-words'

type Own = 'comparison' | 'work' | 'quality' | 'files' | 'grid' | 'catchments' | 'measures' | 'scores' | 'plans' | 'policy'

export interface DeskPage extends Omit<MenuPage, 'name'> {
  name: MenuPage['name'] | Own
}

const OWN: readonly DeskPage[] = [
  /* of those above the village */
  { name: 'work', devices: ['desk'], may: (account) => ['tables.read', 'staff.read'].every((permission) => account.permissions.includes(permission)) && (account.facility.level ?? 0) < VILLAGE },
  { name: 'quality', devices: ['desk'], may: (account) => ['measures.read', 'tables.read'].every((permission) => account.permissions.includes(permission)) },
  { name: 'files', devices: ['desk'], may: (account) => account.permissions.includes('measures.read') },
  { name: 'grid', devices: ['desk'], may: (account) => account.permissions.includes('catchments.read') && (account.facility.level ?? 0) < VILLAGE },
  { name: 'subjects', devices: ['desk'], may: (account) => ['facilities.read', 'forms.read'].every((permission) => account.permissions.includes(permission)) && ['measures.read', 'obligations.read'].some((permission) => account.permissions.includes(permission)) && (account.facility.level ?? 0) < VILLAGE },
  { name: 'catchments', devices: ['desk'], may: (account) => ['catchments.write', 'staff.read'].every((permission) => account.permissions.includes(permission)) },
  { name: 'measures', devices: ['desk'], may: (account) => account.permissions.includes('measures.read') },
  { name: 'scores', devices: ['desk'], may: (account) => account.permissions.includes('measures.read') },
  { name: 'plans', devices: ['desk'], may: (account) => account.permissions.includes('plans.read') },
  { name: 'policy', devices: ['desk'], may: (account) => account.permissions.includes('policy.read') },
]

const COMPARISON: DeskPage = { name: 'comparison', devices: ['desk'], may: (account) => account.permissions.includes('places.compare') }

/* A city has nobody of its own: its other pages are those of a county that it looks into. */
export function deskMenu(account: Account, isInside = false): readonly DeskPage[] {
  const own = [...menuOf(account, 'desk'), ...OWN.filter((page) => page.may(account))]
  if (!COMPARISON.may(account)) return own
  return isInside ? [COMPARISON, ...own] : [COMPARISON]
}

/* Each page of the desk alone has its words with it. */
const TITLES: Record<Own, () => string> = {
  comparison: () => comparisonWord('tab'),
  work: () => workWord('tab'),
  quality: () => qualityWord('tab'),
  files: () => filesWord('tab'),
  grid: () => gridWord('tab'),
  catchments: () => word('tab'),
  measures: () => measureWord('tab'),
  scores: () => scoreWord('tab'),
  plans: () => planWord('tab'),
  policy: () => policyWord('tab'),
}

export function titleOf(page: DeskPage): string {
  return page.name in TITLES ? TITLES[page.name as Own]() : t(`tab.${page.name as MenuPage['name']}`)
}
