/* What is owed of something that several parties have part in. */
import type { NamedPlace, Obligation, RecordBrief, SubjectBrief } from '../../core/types'

export interface OwnedDuty extends Obligation {
  owner?: (NamedPlace & { code: string }) | null
}

export interface OtherSide {
  subject: SubjectBrief
  last_on?: string | null
  is_stalled: boolean
  sides: Side[]
}

export interface Side {
  owner?: (NamedPlace & { code: string }) | null
  is_own: boolean
  overdue: number
  open: number
  ended: number
  done: number
}

const SHOWN = ['overdue', 'due', 'open', 'waived', 'closed']

/* What is open, by the day that it is due on. */
export function sortedDuties<Duty extends Obligation>(duties: readonly Duty[]): Duty[] {
  return duties.filter(({ state }) => SHOWN.includes(state)).sort((a, b) => (a.due_on < b.due_on ? -1 : Number(a.due_on > b.due_on)))
}

/* The newest of each form that has not ended, newest first. */
export function newestByForm(records: readonly RecordBrief[]): RecordBrief[] {
  const known = new Set<string>()
  return records.filter(({ form, is_ended: isEnded }) => !isEnded && !known.has(form) && known.add(form))
}

/* Stalled ones first, then those with most that is late, of whichever side. */
export function worstFirst(standings: readonly OtherSide[]): OtherSide[] {
  const late = ({ sides }: OtherSide) => sides.reduce((sum, side) => sum + side.overdue + side.ended - side.done, 0)
  return standings.slice().sort((a, b) => Number(b.is_stalled) - Number(a.is_stalled) || late(b) - late(a))
}
