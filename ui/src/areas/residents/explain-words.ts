/* The words of why a rule owes something, and why not. */
import { wordsOf } from '../../core/words'
import words from '../../text/explain.json'

export const { word } = wordsOf(words)
