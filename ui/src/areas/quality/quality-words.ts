/* The words of the data-quality inbox. */
import { wordsOf } from '../../core/words'
import words from '../../text/quality.json'

export const { word } = wordsOf(words)
