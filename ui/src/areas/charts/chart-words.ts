/* The words of charts, fetched with the first of them. */
import { wordsOf } from '../../core/words'
import words from '../../text/charts.json'

export const { word } = wordsOf(words)
