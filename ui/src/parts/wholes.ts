/* Which pieces of a text stay on one line: a day with the brackets around it, a value with its unit. */
export interface Piece {
  text: string
  isWhole: boolean
}

const WHOLE = /[\uff08(]?\d{4}-\d\d-\d\d[\uff09)]?|\d+(?:\.\d+)?(?:\/\d+(?:\.\d+)?)?\s[A-Za-zµ/²]+/g

export function wholesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(WHOLE)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), isWhole: false })
    pieces.push({ text: match[0], isWhole: true })
    at = match.index + match[0].length
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isWhole: false })
  return pieces
}
