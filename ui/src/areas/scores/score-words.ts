/* The words of the pages about scores and bulletins. */
import { wordsOf } from '../../core/words'
import words from '../../text/scores.json'
import { pointsText, type Table } from './scores'

export const { word, wordOf } = wordsOf(words)

/* How the totals of those ranked lie. */
export function spreadText(table: Table): string {
  const [low, median, high] = table.quartiles ?? []
  return word('spread', { n: table.units.filter(({ rank }) => rank).length, median: pointsText(median), low: pointsText(low), high: pointsText(high) })
}
