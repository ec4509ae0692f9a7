/** The kernel's mark in a launcher: a lab flask with the sky in it. */
export const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">
  <path d="M26 6h12v16l14 28a6 6 0 0 1-5 8H17a6 6 0 0 1-5-8l14-28z" fill="#f4f8ff" stroke="#1f5fbf" stroke-width="3" stroke-linejoin="round"/>
  <path d="M20 38h24l6 13a4 4 0 0 1-4 5H18a4 4 0 0 1-4-5z" fill="#3b8be8"/>
  <circle cx="27" cy="47" r="3" fill="#fff"/><circle cx="36" cy="43" r="2" fill="#fff"/><circle cx="38" cy="51" r="1.5" fill="#fff"/>
  <path d="M23 6h18" stroke="#1f5fbf" stroke-width="4" stroke-linecap="round"/>
</svg>
`
