/* The words of worklists, fetched with them. */
import { wordsOf } from '../../core/words'
import words from '../../text/worklists.json'

export const { word, wordOf } = wordsOf(words)
