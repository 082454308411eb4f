/* The words of the desk's page about catchments and leave. */
import { wordsOf } from '../../core/words'
import words from '../../text/catchments.json'

export const { word, wordOf } = wordsOf(words)
