/* The four words of database.ts over a Map, for tests. */
import type { Change, Place, Store } from './database'

export class MemoryStore implements Store {
  readonly rows = new Map<string, unknown>()
  writes = 0

  read<T>(place: Place, key: string): Promise<T | undefined> {
    return Promise.resolve(this.rows.get(`${place}/${key}`) as T | undefined)
  }

  all<T>(place: Place): Promise<[string, T][]> {
    const found = [...this.rows].filter(([name]) => name.startsWith(`${place}/`))
    return Promise.resolve(found.map(([name, value]) => [name.slice(place.length + 1), value as T]))
  }

  write(changes: readonly Change[]): Promise<void> {
    this.writes++
    for (const { place, key, value } of changes) {
      if (key === undefined) for (const name of [...this.rows.keys()]) if (name.startsWith(`${place}/`)) this.rows.delete(name)
      if (key !== undefined && value === undefined) this.rows.delete(`${place}/${key}`)
      if (key !== undefined && value !== undefined) this.rows.set(`${place}/${key}`, value)
    }
    return Promise.resolve()
  }
}
