/* The words of the page of the day's work, fetched with the desk's menu. */
import { fill, say } from '../../core/i18n'
import words from '../../text/work.json'

export function word(key: keyof typeof words, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}
