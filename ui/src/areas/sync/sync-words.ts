/* Instants as the doctor speaks of them. */
import { chinaTime } from '../../core/dates'
import { word } from '../../offline/words'

/* "today 08:10", otherwise day and time. */
export function dayAndTime(instant: string, now: number = Date.now()): string {
  const [day = '', time = ''] = chinaTime(instant).split(' ')
  const today = chinaTime(new Date(now).toISOString()).slice(0, 10)
  return day === today ? word('time.today', { time }) : `${day.slice(0, 4) === today.slice(0, 4) ? day.slice(5) : day} ${time}`
}

export function howLong(minutes: number): string {
  if (minutes < 120) return word('time.minutes', { n: minutes })
  return minutes < 2880 ? word('time.hours', { n: Math.round(minutes / 60) }) : word('time.days', { n: Math.round(minutes / 1440) })
}
