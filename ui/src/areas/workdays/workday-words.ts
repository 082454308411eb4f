/* The words of the page of the day's work, fetched with the desk's menu. */
import { wordsOf } from '../../core/words'
import words from '../../text/workdays.json'

export const { word } = wordsOf(words)
