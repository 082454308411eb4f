/* The words of the phone's own side, fetched with it: the first list goes without. */
import { fill, say } from '../core/i18n'
import words from '../text/offline.json'

export type OfflineWord = keyof typeof words

export function word(key: OfflineWord, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}
