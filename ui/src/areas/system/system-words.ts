/* The words of the page on the system, fetched with it: the phone's first list goes without. */
import { fill, say } from '../../core/i18n'
import words from '../../text/system.json'

export function word(key: keyof typeof words, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}
