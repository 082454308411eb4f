/* The words of sparing somebody what is owed, fetched with the dialog: the phone's first list goes without. */
import { wordsOf } from '../../core/words'
import words from '../../text/waive.json'

export const { word, wordOf } = wordsOf(words)
