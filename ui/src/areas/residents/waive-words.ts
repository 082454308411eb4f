/* The words of sparing somebody what is owed, fetched with the dialog: the phone's first list goes without. */
import { say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import words from '../../text/waive.json'

export function word(key: keyof typeof words): string {
  return say(words[key])
}

/* A word whose key is made of a prefix and a value of the server; the value itself when unknown. */
export function wordOf(prefix: string, value: string): string {
  return say((words as Record<string, Wording | undefined>)[`${prefix}.${value}`] ?? value)
}
