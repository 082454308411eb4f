/* The words of the page about parameters. */
import { wordsOf } from '../../core/words'
import words from '../../text/policy.json'

export const { word, wordOf } = wordsOf(words)
