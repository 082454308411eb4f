/* Where the phone keeps things: IndexedDB behind four words. What is written together is there together, or not at all. */

export type Place = 'lock' | 'people' | 'things' | 'outbox'

/* Without a value the row goes; without a key all rows of the place go. */
export interface Change {
  place: Place
  key?: string
  value?: unknown
}

export interface Store {
  read<T>(place: Place, key: string): Promise<T | undefined>
  all<T>(place: Place): Promise<[string, T][]>
  write(changes: readonly Change[]): Promise<void>
}

const NAME = 'catchment'
const PLACES: readonly Place[] = ['lock', 'people', 'things', 'outbox']

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
}

export class Database implements Store {
  private constructor(private readonly database: IDBDatabase) {}

  static async open(): Promise<Database> {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => PLACES.forEach((place) => request.result.createObjectStore(place))
    const database = await answerOf(request)
    database.onversionchange = () => database.close() /* another page deletes it */
    return new Database(database)
  }

  read<T>(place: Place, key: string): Promise<T | undefined> {
    return answerOf(this.database.transaction(place).objectStore(place).get(key) as IDBRequest<T | undefined>)
  }

  async all<T>(place: Place): Promise<[string, T][]> {
    const rows = this.database.transaction(place).objectStore(place)
    const [keys, values] = await Promise.all([answerOf(rows.getAllKeys()), answerOf(rows.getAll() as IDBRequest<T[]>)])
    return keys.map((key, index) => [String(key), values[index]!])
  }

  write(changes: readonly Change[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const work = this.database.transaction(PLACES as Place[], 'readwrite')
      work.oncomplete = () => resolve()
      work.onerror = work.onabort = () => reject(work.error ?? new Error('IndexedDB'))
      for (const { place, key, value } of changes) {
        const rows = work.objectStore(place)
        if (key === undefined) rows.clear()
        else if (value === undefined) rows.delete(key)
        else rows.put(value, key)
      }
    })
  }
}
