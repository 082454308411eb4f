/* The words of the phone's own side, fetched with it: the first list goes without. */
import { wordsOf } from '../core/words'
import words from '../text/offline.json'

export const { word } = wordsOf(words)

export type OfflineWord = keyof typeof words
