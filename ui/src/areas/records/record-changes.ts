/* What differs between two versions of a record, in words. */
import { answerText } from '../../core/answers'
import type { Declaration } from '../../core/form-declaration'
import type { Answers } from '../../core/form-module'
import type { Wording } from '../../core/types'

export interface Version {
  declaration: Declaration
  answers: Answers
  happenedOn: string
}

/* id '': the day of service, which is no field. */
export interface ChangedLine {
  id: string
  label: string
  before: string
  after: string
}

/* In the order of the newer form; what only the older one has comes last. */
export function changedLines(older: Version, newer: Version, say: (wording: Wording) => string): ChangedLine[] {
  const lines: ChangedLine[] = [{ id: '', label: '', before: older.happenedOn, after: newer.happenedOn }]
  const gone = older.declaration.fields.filter((field) => !newer.declaration.byId.has(field.id))
  for (const field of [...newer.declaration.fields, ...gone]) {
    lines.push({
      id: field.id,
      label: say(field.label),
      before: answerText(older.declaration.byId.get(field.id) ?? field, older.answers[field.id], say),
      after: answerText(field, newer.answers[field.id], say),
    })
  }
  return lines.filter((line) => line.before !== line.after)
}
