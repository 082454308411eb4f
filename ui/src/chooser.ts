/* The front door: small screens and touch go to the phone pages, the rest to the desk pages. */
const isSmall = window.matchMedia('(max-width: 820px)').matches
window.location.replace(isSmall ? '/m.html' : '/desk.html')

export {}
