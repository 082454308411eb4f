/* The words of the pages about scores and bulletins. */
import { wordsOf } from '../../core/words'
import words from '../../text/scores.json'

export const { word, wordOf } = wordsOf(words)
