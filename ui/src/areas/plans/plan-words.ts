/* The words of the pages about plans. */
import { wordsOf } from '../../core/words'
import words from '../../text/plans.json'

export const { word, wordOf } = wordsOf(words)
