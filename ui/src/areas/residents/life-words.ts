/* The words of the desk's pages about residents' lives, fetched with the first of them. */
import { wordsOf } from '../../core/words'
import words from '../../text/life.json'

export const { word, wordOf } = wordsOf(words)
