/* The words of the pages about organisations, fetched with the first of them: the phone's first list goes without. */
import { fill, say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import words from '../../text/subjects.json'

export function word(key: keyof typeof words, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}

function wordOf(prefix: string, value: string): string {
  return say((words as Record<string, Wording | undefined>)[`${prefix}.${value}`] ?? value)
}

/* Of a kind that a pack registers, the words of the pack. */
export function kindWord(kind: string, title?: Wording): string {
  return title ? say(title) : wordOf('kind', kind)
}
