/* Days as ISO text. No clock here: "today" always comes from the server. */
const DAY = 86_400_000

export function dayNumber(iso: string): number {
  return Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY)
}

/* Positive when `to` is after `from`. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from)
}
