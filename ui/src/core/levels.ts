/* Of areas and facilities, as the server tells them (`level`). */
export const COUNTY = 3
export const TOWNSHIP = 4
export const VILLAGE = 5
