/* The words of the pages about measures. */
import { wordsOf } from '../../core/words'
import words from '../../text/measures.json'

export const { word, wordOf } = wordsOf(words)
