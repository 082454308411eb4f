/* The words of changing one's password, which few pages need. */
import { wordsOf } from '../../core/words'
import words from '../../text/password.json'

export const { word } = wordsOf(words)
