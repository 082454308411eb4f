/* The words of the desk's page of the grid service. */
import { wordsOf } from '../../core/words'
import words from '../../text/grid.json'

export const { word, wordOf } = wordsOf(words)
