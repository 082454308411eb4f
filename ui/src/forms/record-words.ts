/* The words of files and of the table of records, fetched with them: the phone's first list goes without. */
import { fill, say } from '../core/i18n'
import words from '../text/records.json'

export type RecordWord = keyof typeof words

export function word(key: RecordWord, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}
