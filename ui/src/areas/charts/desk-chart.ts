/* What a drawing of the desk shows, and its SVG made fit for the page. */

export interface Series {
  title: string
  values: readonly (number | null)[]
  openAt?: number /* this point is of a period that runs still */
  isPath?: boolean /* where a number should be: a line without points */
  isStepped?: boolean /* holds through its whole period, and may be another in the next */
}

export interface Drawing {
  kind: 'line' | 'bar'
  labels: readonly string[]
  series: readonly Series[]
  low: number
  high: number
  width: number
  height: number
  font: string
  colours: { ink: string; soft: string; line: string; ground: string; first: string; second: string; third: string }
  format(value: number): string
}

/* Styles as attributes: the page's policy takes no inline style. Rules for pointers are left out: nothing listens. */
export function withoutStyles(svg: string): string {
  const attributes = (style: string): string => style.split(';').flatMap((rule) => {
    const at = rule.indexOf(':')
    return at > 0 ? [`${rule.slice(0, at).trim()}="${rule.slice(at + 1).trim().replace(/"/g, '')}"`] : []
  }).join(' ')
  return svg.replace(/<style[\s\S]*?<\/style>/g, '').replace(/ style="((?:[^"<>]|"(?=[^\s/>]))*)"/g, (_, style: string) => ` ${attributes(style)}`)
}

/* Said to who does not see it: each series with its values in order. */
export function summaryOf(drawing: Pick<Drawing, 'labels' | 'series' | 'format'>): string {
  return drawing.series.map(({ title, values }) => {
    const said = values.flatMap((value, at) => (value === null ? [] : [`${drawing.labels[at] ?? ''} ${drawing.format(value)}`]))
    return `${title}: ${said.join(', ')}`
  }).join('; ')
}
