/* A program's colour: one of the tokens --tag-0 ... --tag-5, always the same for the same id. */
export const TONES = 6

export function toneOf(id: string): number {
  let hash = 0x811c9dc5 /* FNV-1a */
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return (hash >>> 8) % TONES
}
