/* A part of a whole, for bars and tables of coverage. */

/* 0 to 1; of nothing, nothing is missing. */
export function share(part: number, of: number): number {
  return of === 0 ? 1 : part / of
}

/* Of 100, with one decimal where there is one. 99.96 is not told as 100: whoever reads 100 need not look. */
export function percentOf(part: number, of: number): string {
  const whole = 100 * share(part, of)
  const said = Math.round(whole * 10) / 10
  return String(said === 100 && part < of ? 99.9 : said)
}
