/* The words of one area, from its file of texts: word(key), and wordOf(prefix, value) for keys that are made of a value (the value
 * itself when no key is). */
import { fill, say } from './i18n'
import type { Wording } from './types'

type Values = Record<string, string | number>

export function wordsOf<Words extends Record<string, Wording>>(words: Words) {
  return {
    word: (key: keyof Words & string, values: Values = {}): string => fill(say(words[key]), values),
    wordOf: (prefix: string, value: string, values: Values = {}): string => fill(say((words as Record<string, Wording | undefined>)[`${prefix}.${value}`] ?? value), values),
  }
}
