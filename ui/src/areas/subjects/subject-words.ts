/* The words of the pages about organisations, fetched with the first of them: the phone's first list goes without. */
import { say } from '../../core/i18n'
import type { Wording } from '../../core/types'
import { wordsOf } from '../../core/words'
import words from '../../text/subjects.json'

export const { word, wordOf } = wordsOf(words)

/* Of a kind that a pack registers, the words of the pack. */
export function kindWord(kind: string, title?: Wording): string {
  return title ? say(title) : wordOf('kind', kind)
}
