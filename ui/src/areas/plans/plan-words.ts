/* The words of the pages about plans. */
import { fill, say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import words from '../../text/plans.json'

export function word(key: keyof typeof words, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}

/* A word whose key is made of a prefix and a value; the value itself when unknown. */
export function wordOf(prefix: string, value: string, values: Record<string, string | number> = {}): string {
  return fill(say((words as Record<string, Wording | undefined>)[`${prefix}.${value}`] ?? value), values)
}
