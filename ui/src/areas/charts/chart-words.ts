/* The words of charts, fetched with the first of them. */
import { fill, say } from '../../core/i18n'
import words from '../../text/charts.json'

export function word(key: keyof typeof words, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}
