/* The page is looked at again: on a phone that lay on the table another day may have begun. */
const LEAST = 60_000

/* Calls run when asked to, at most once a minute; `now` also at the start, when everything is fresh. */
export function atMostOnceAMinute(run: () => void, now: () => number = Date.now): () => void {
  let last = now()
  return () => {
    if (now() - last < LEAST) return
    last = now()
    run()
  }
}

export function listenForWake(run: () => void): void {
  const wake = atMostOnceAMinute(run)
  window.addEventListener('focus', wake)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') wake()
  })
}
