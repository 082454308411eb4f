/* The words of the data-quality inbox. */
import { fill, say } from '../../core/i18n'
import words from '../../text/quality.json'

export function word(key: keyof typeof words, values: Record<string, string | number> = {}): string {
  return fill(say(words[key]), values)
}
