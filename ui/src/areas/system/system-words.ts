/* The words of the page on the system, fetched with it: the phone's first list goes without. */
import { wordsOf } from '../../core/words'
import words from '../../text/system.json'

export const { word } = wordsOf(words)
