/* The words of the desk's page about who has a health record. */
import { wordsOf } from '../../core/words'
import words from '../../text/health-files.json'

export const { word } = wordsOf(words)
