/* What came of the record just sent, for the page after it. Not kept: a reload leads to the list. */
import { shallowRef } from 'vue'
import type { Advice } from '../../core/form-module'
import type { Obligation, Receipt, Wording } from '../../core/types'
import type { OpenedRecordForm, Who } from './record-form'

export interface RecordDone {
  who: Who
  form: Wording
  nextDueOn: string
  advice: Advice[]
  isWaiting?: boolean
}

export const recordDone = shallowRef<RecordDone | null>(null)

export function resultOf(opened: OpenedRecordForm, receipt: Receipt): RecordDone {
  const { run } = opened
  return {
    who: opened.who.isNew ? { ...opened.who, name: nameOfNew(opened) } : opened.who,
    form: run.form.title,
    nextDueOn: nextDueOn(receipt.obligations, run.form.id),
    isWaiting: receipt.is_waiting,
    advice: adviceOf(receipt, run.result.value.advice),
  }
}

/* What was registered just now is called by the first text of its form. */
function nameOfNew({ run, who }: OpenedRecordForm): string {
  const named = run.form.fields.find((field) => field.type === 'text' && field.refersTo === '' && typeof run.answers[field.id] === 'string')
  return named ? String(run.answers[named.id]) : who.name
}

function nextDueOn(obligations: readonly Obligation[], form: string): string {
  const dates = obligations
    .filter((item) => item.form === form && ['open', 'due', 'overdue', 'closed'].includes(item.state))
    .map((item) => item.due_on)
  return dates.sort()[0] ?? ''
}

/* The server's advice; for a record that it had already, where it repeats none, what the same rules said here. */
export function adviceOf(receipt: Receipt, here: readonly Advice[]): Advice[] {
  if (receipt.was_known && receipt.advice.length === 0) return here.slice()
  return receipt.advice.map((item) => ({
    id: item.id,
    message: item.message,
    proposes: item.proposes ?? '',
    urgency: item.urgency ?? '',
    followUpDays: item.follow_up_days ?? 0,
    source: here.find((one) => one.id === item.id)?.source ?? '',
  }))
}
