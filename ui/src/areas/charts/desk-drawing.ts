/* Drawings of the desk, by ECharts: the only file that knows it, and loaded by itself when a page draws.
 *
 * ECharts gives a text of SVG here and touches no page: the policy allows no inline style, so styles become attributes
 * (desk-chart.ts), and nothing listens or moves. */
import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Drawing, Series } from './desk-chart'

use([BarChart, LineChart, GridComponent, SVGRenderer])

const MANY = 64 /* points of width for a label */
const BELOW = 28 /* points of height for one below its point */
const AROUND = 48 /* points of height that axis and air take */

/* Series differ by dash and symbol, colour besides. */
const DASHES = ['solid', [6, 4], [2, 3], [10, 3, 2, 3]] as const
const SYMBOLS = ['circle', 'rect', 'diamond'] as const

function colourOf(drawing: Drawing, at: number): string {
  return [drawing.colours.first, drawing.colours.second, drawing.colours.third, drawing.colours.soft][at] ?? drawing.colours.second
}

function lineOf(drawing: Drawing, series: Series, at: number): object {
  const colour = colourOf(drawing, at)
  const every = Math.max(1, Math.ceil((drawing.labels.length * MANY) / drawing.width))
  return {
    type: 'line', name: series.title, silent: true, emphasis: { disabled: true }, z: 10 - at,
    symbol: series.isPath ? 'none' : SYMBOLS[at] ?? 'diamond', symbolSize: 8, showAllSymbol: true,
    ...(series.isStepped ? { step: 'middle' } : {}),
    lineStyle: { color: colour, width: at === 0 ? 2.5 : 2, type: DASHES[at] ?? 'dotted' },
    itemStyle: { color: colour },
    data: series.values.map((value, i) => {
      const other = drawing.series[at === 0 ? 1 : 0]?.values[i] ?? null
      /* Below the point when the other line is above it, but not into the axis. */
      const isBelow = other !== null && value !== null && other > value && ((value - drawing.low) / (drawing.high - drawing.low)) * (drawing.height - AROUND) > BELOW
      /* A path of one point between gaps would not be seen. */
      const isAlone = series.isPath && value !== null && (series.values[i - 1] ?? null) === null && (series.values[i + 1] ?? null) === null
      return {
        value,
        ...(isAlone ? { symbol: 'diamond' } : {}),
        itemStyle: series.openAt === i ? { color: drawing.colours.ground, borderColor: colour, borderWidth: 2 } : {},
        label: { show: at === 0 && value !== null && (series.values.length - 1 - i) % every === 0, position: isBelow ? 'bottom' : 'top' },
      }
    }),
    label: { color: drawing.colours.ink, fontSize: 12, fontWeight: 600, formatter: ({ value }: { value: number }) => drawing.format(value) },
  }
}

function lines(drawing: Drawing): EChartsCoreOption {
  const { colours, low, high } = drawing
  return {
    grid: { left: 8, right: 16, top: 24, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'category', data: [...drawing.labels], axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.soft, fontSize: 12, hideOverlap: true } },
    yAxis: { type: 'value', min: low, max: high, interval: (high - low) / 2, splitLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.soft, fontSize: 12, formatter: drawing.format } },
    series: drawing.series.map((series, at) => lineOf(drawing, series, at)),
  }
}

function bars(drawing: Drawing): EChartsCoreOption {
  const { colours } = drawing
  return {
    grid: { left: 8, right: 64, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: { type: 'value', min: drawing.low, max: drawing.high, show: false },
    yAxis: { type: 'category', inverse: true, data: [...drawing.labels], axisTick: { show: false }, axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.ink, fontSize: 13, interval: 0, width: drawing.width * 0.4, overflow: 'truncate' } },
    series: drawing.series.slice(0, 1).map((series) => ({
      type: 'bar', name: series.title, silent: true, emphasis: { disabled: true }, barWidth: '60%', itemStyle: { color: colours.first },
      data: [...series.values],
      label: { show: true, position: 'right', color: colours.ink, fontSize: 12, fontWeight: 600, formatter: ({ value }: { value: number }) => drawing.format(value) },
    })),
  }
}

/* The text of an SVG. */
export function draw(drawing: Drawing): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: drawing.width, height: drawing.height })
  chart.setOption({ animation: false, textStyle: { fontFamily: drawing.font, fontSize: 12 }, ...(drawing.kind === 'bar' ? bars(drawing) : lines(drawing)) })
  const text = chart.renderToSVGString()
  chart.dispose()
  return text
}
