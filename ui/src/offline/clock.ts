/* What the server's clock says, carried on by the phone's own. The phone's clock may be set while no server is there: then its time
 * leaps and that of the running page does not. A page that slept looks alike, but only ever forwards, so a leap forwards counts only when
 * it takes away just what the clock was wrong by. */
const SLACK = 5 * 60_000

export class Clock {
  offset = 0
  private wall: number
  private steady: number
  private wasSet = false

  constructor(
    private readonly now: () => number = Date.now,
    private readonly running: () => number = () => performance.now(),
  ) {
    this.wall = now()
    this.steady = running()
  }

  /* By the server, or from what is kept: `seenAt` is what the phone's clock said last. One that is behind that was put back meanwhile; then
   * what it was ahead is taken for put right. */
  set(offset: number, seenAt?: number): void {
    this.mark()
    this.wasSet = false
    const isBack = seenAt !== undefined && this.wall < seenAt - SLACK
    this.offset = isBack && offset < 0 ? 0 : offset
  }

  /* Whether the clock was set since this was asked last. */
  look(): boolean {
    this.follow()
    const { wasSet } = this
    this.wasSet = false
    return wasSet
  }

  time(): number {
    this.follow()
    return this.now() + this.offset
  }

  private follow(): void {
    const leap = this.now() - this.wall - (this.running() - this.steady)
    this.mark()
    if (!(leap < -SLACK || (leap > SLACK && Math.abs(this.offset) > SLACK && Math.abs(this.offset - leap) < SLACK))) return
    this.offset -= leap
    this.wasSet = true
  }

  private mark(): void {
    this.wall = this.now()
    this.steady = this.running()
  }
}
