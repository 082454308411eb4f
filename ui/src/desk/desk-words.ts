/* The words of the desk's frame alone: phones do not load them. */
import { wordsOf } from '../core/words'
import words from '../text/desk.json'

export const { word } = wordsOf(words)
