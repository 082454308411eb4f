/* Answers that refer to a facility, an area, a member of staff or something that a pack registers: the answer is
 * a code (or an id), what is shown is the name. The names known so far are the field's options. */
import type { Field } from '../core/form-declaration'
import { api } from '../core/session'
import type { SubjectBrief, Wording } from '../core/types'

export interface FoundSubjects {
  items: SubjectBrief[]
  next?: string | null
}

const CODED = ['facility', 'area', 'staff']
const MOST = 20

/* By a part of the name or the head of the code; facilities and areas wherever they are. Something registered is known
 * by its id too. */
export async function findSubjects(kind: string, words: string): Promise<FoundSubjects> {
  const path = `/subjects/${encodeURIComponent(kind)}`
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(words)) {
    const { subject } = await api.get<{ subject: SubjectBrief }>(`${path}/${words}`)
    return { items: [subject] }
  }
  return api.get<FoundSubjects>(path, { q: words, any: 1, limit: MOST })
}

/* What stands in the answer. */
export function answerOf(subject: SubjectBrief): string {
  return CODED.includes(subject.kind) && subject.code ? subject.code : subject.id
}

export function addOption(field: Field, code: string, label: Wording): void {
  if (!field.options.some((option) => option.code === code)) field.options.push({ code, label, isExclusive: false, details: '' })
}
