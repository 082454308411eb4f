/* The words of all records of somebody. */
import { wordsOf } from '../../core/words'
import words from '../../text/timeline.json'

export const { word } = wordsOf(words)
