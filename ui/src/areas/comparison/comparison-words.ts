/* The words of the page that compares counties. */
import { wordsOf } from '../../core/words'
import words from '../../text/comparison.json'

export const { word } = wordsOf(words)
