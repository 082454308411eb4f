/* The words of the pages on access, fetched with the first of them: the phone's first list goes without. */
import { wordsOf } from '../../core/words'
import words from '../../text/access.json'

export const { word, wordOf } = wordsOf(words)
