/* Numbers that are still being made: asked for again after a while, some times; what is given ends it. */
const WAIT = 6_000
const TIMES = 20

export function again(isWanted: () => boolean, load: () => Promise<void>): () => void {
  let times = 0
  const timer = setInterval(() => {
    if (times >= TIMES) clearInterval(timer)
    else if (isWanted() && !document.hidden) {
      times++
      void load()
    }
  }, WAIT)
  return () => clearInterval(timer)
}
