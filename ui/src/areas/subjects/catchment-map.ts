/* The map of tiles: which pattern stands for whom, and where the arrows go. */
import type { Village } from './catchments'

const PATTERNS = 5

/* A number for who answers for each village: the same for the same facility, another one than that of the tile before where there is
 * one to spare. */
export function patternsOf(villages: readonly Village[]): Map<string, number> {
  const ofFacility = new Map<string, number>()
  const ofVillage = new Map<string, number>()
  for (const { area, held } of villages) {
    const facility = held[0]?.facility
    if (facility === undefined) continue
    if (!ofFacility.has(facility)) ofFacility.set(facility, ofFacility.size % PATTERNS)
    ofVillage.set(area.code, ofFacility.get(facility)!)
  }
  return ofVillage
}

/* The next tile of a key; undefined: the key is not for the map. Up and down go to the nearest tile of the nearest row. */
export function stepOf(key: string, tiles: readonly { x: number; y: number }[], at: number): number | undefined {
  const here = tiles[at]
  if (!here) return undefined
  if (key === 'ArrowRight') return Math.min(at + 1, tiles.length - 1)
  if (key === 'ArrowLeft') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  if (key === 'End') return tiles.length - 1
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined
  const sign = key === 'ArrowDown' ? 1 : -1
  const beyond = tiles.map((tile, i) => ({ ...tile, i })).filter(({ y }) => (y - here.y) * sign > 0)
  if (beyond.length === 0) return at
  const row = Math.min(...beyond.map(({ y }) => (y - here.y) * sign))
  const inRow = beyond.filter(({ y }) => (y - here.y) * sign === row)
  return inRow.reduce((best, tile) => (Math.abs(tile.x - here.x) < Math.abs(best.x - here.x) ? tile : best)).i
}
