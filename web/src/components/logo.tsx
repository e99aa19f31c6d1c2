/** The mark: bells of falling size on one beam, as in a carillon. Decorative; name it in text. */
export function Logo({ size = 28 }: { size?: number }) {
  const bell =
    'M0 0c-2.9 0-4.7 2.2-5 5.4l-.4 4.2c-.1 1.2-.6 1.9-1.4 2.6-.6.5-.3 1.4.5 1.4H6.3c.8 0 1.1-.9' +
    '.5-1.4-.8-.7-1.3-1.4-1.4-2.6L5 5.4C4.7 2.2 2.9 0 0 0Z';
  return (
    <svg width={(size * 46) / 28} height={size} viewBox="0 0 46 28" fill="var(--accent-mark)" aria-hidden>
      <rect x="1" y="2" width="44" height="2" rx="1" />
      <g>
        <path d={bell} transform="translate(10.5 5) scale(1.25)" />
        <circle cx="10.5" cy="24.8" r="1.8" />
      </g>
      <g opacity=".82">
        <path d={bell} transform="translate(26.5 5) scale(.95)" />
        <circle cx="26.5" cy="20.3" r="1.45" />
      </g>
      <g opacity=".64">
        <path d={bell} transform="translate(38.8 5) scale(.7)" />
        <circle cx="38.8" cy="16.5" r="1.15" />
      </g>
    </svg>
  );
}
