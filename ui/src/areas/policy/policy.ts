/* Parameters of the packs as the server tells them: groups, what comes, what a place may say. */
import type { Cell } from '../../core/csv'
import { say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import { word, wordOf } from './policy-words'

export interface Step {
  from?: string | null
  until?: string | null
  value: string
}

export interface Said {
  from: string
  value?: string | null /* none: as in the packs again */
  source: string
  set_at: string
  set_by?: string | null
}

export interface Use {
  kind: 'rule' | 'form' | 'measure' | 'clause'
  id: string
  title: Wording
}

export interface Parameter {
  id: string
  pack: string
  pack_title: Wording
  title: Wording
  unit?: string | null
  type: string
  value: string
  since?: string | null
  is_own: boolean
  is_fixed: boolean
  range?: [number, number] | [number] | null /* one number: at least that */
  source: Wording
  confidence: 'sure' | 'check' /* check: a judgement of the pack that nobody here has confirmed */
  uses: Use[]
  values: Step[]
  history: Said[]
}

export interface PolicyAnswer {
  on: string
  earliest: string
  parameters: Parameter[]
}

export interface Wish {
  pack: string
  text: string
  isOwn: boolean /* only what the place has said */
}

export function isSaid({ is_own, history }: Parameter): boolean {
  return is_own || history.length > 0
}

export function fits(parameter: Parameter, wish: Wish): boolean {
  const said = [parameter.id, parameter.title.zh, parameter.title.en, parameter.source.zh, parameter.source.en].join(' ').toLowerCase()
  return (wish.pack === '' || parameter.pack === wish.pack) && (!wish.isOwn || isSaid(parameter)) && said.includes(wish.text.trim().toLowerCase())
}

export interface Group {
  pack: string
  title: Wording
  parameters: Parameter[]
}

/* By pack, in the order of the packs. */
export function groupsOf(parameters: readonly Parameter[], wish: Wish): Group[] {
  const groups: Group[] = []
  for (const parameter of parameters.filter((one) => fits(one, wish))) {
    let group = groups.find(({ pack }) => pack === parameter.pack)
    if (!group) groups.push((group = { pack: parameter.pack, title: parameter.pack_title, parameters: [] }))
    group.parameters.push(parameter)
  }
  return groups
}

/* What begins after a day. */
export function comingOf(parameter: Parameter, on: string): Step[] {
  return parameter.values.filter(({ from }) => from && from > on)
}

/* What the place says from day to day, ascending: of a day the last that was said. What lies before the earliest day that can be changed
 * is there only in what is in force. */
function sayings({ history }: Parameter, earliest: string): Said[] {
  const byDay = [...new Map(history.map((said) => [said.from, said])).values()].sort((a, b) => (a.from < b.from ? -1 : 1))
  const inForce = byDay.filter(({ from }) => from < earliest).slice(-1)
  return [...inForce, ...byDay.filter(({ from }) => from >= earliest)]
}
const isValue = ({ value }: Said) => value !== null && value !== undefined

/* The day from which the place's own value can be ended: that of the one in force as soon as may be, of a coming one its first;
 * none: nothing is the place's own. */
export function endDay(parameter: Parameter, earliest: string): string | undefined {
  const own = sayings(parameter, earliest).find(isValue)
  return own && (own.from > earliest ? own.from : earliest)
}

/* The first day after another one on which a value of the place's own begins. */
export function nextOwn(parameter: Parameter, earliest: string, day: string): string | undefined {
  return sayings(parameter, earliest).find((said) => said.from > day && isValue(said))?.from
}

/* Units that packs write in one language. */
export function unitText(unit: string): string {
  return wordOf('unit', unit)
}

export function valueText(value: string, unit: string | null | undefined): string {
  return unit ? `${value} ${unitText(unit)}` : value
}

export function fileRows(groups: readonly Group[]): Cell[][] {
  const head = [word('pack'), word('parameter'), word('code'), word('value'), word('unit'), word('since'), word('own'), word('source'), word('confirm')]
  return [head, ...groups.flatMap(({ title, parameters }) => parameters.map((one) => [
    say(title), say(one.title), one.id, one.value, one.unit ? unitText(one.unit) : '', one.since ?? '', word(one.is_own ? 'yes' : 'no'), say(one.source), one.confidence === 'check' ? word('unsure') : '',
  ]))]
}
