/* Days as ISO text. No clock here: "today" always comes from the server. */
const DAY = 86_400_000

export function dayNumber(iso: string): number {
  return Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY)
}

/* Positive when `to` is after `from`. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from)
}

const CHINA = 8 * 3_600_000

/* An instant of the server (ISO, UTC) as a clock in China shows it, to the minute; whatever zone the device is in. */
export function chinaTime(instant: string): string {
  const time = Date.parse(instant)
  return Number.isNaN(time) ? instant : new Date(time + CHINA).toISOString().slice(0, 16).replace('T', ' ')
}
