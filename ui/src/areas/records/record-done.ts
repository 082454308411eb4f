/* What came of the record just sent, for the page after it. Not kept: a reload leads to the list. */
import { shallowRef } from 'vue'
import type { Advice } from '../../core/form-module'
import type { Obligation, Receipt, Wording } from '../../core/types'
import type { OpenedRecordForm } from './record-form'

export interface RecordDone {
  resident: { id: string; name: string; sex: string; age: number }
  form: Wording
  nextDueOn: string
  advice: Advice[]
}

export const recordDone = shallowRef<RecordDone | null>(null)

export function resultOf(opened: OpenedRecordForm, receipt: Receipt): RecordDone {
  const { run, resident } = opened
  return {
    resident,
    form: run.form.title,
    nextDueOn: nextDueOn(receipt.obligations, run.form.id),
    advice: adviceOf(receipt, run.result.value.advice),
  }
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
