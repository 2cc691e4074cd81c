const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648 §6), whose length is a multiple of eight, as hex: how older clients show a secret. */
export function base32ToHex(base32: string): string {
  const bits = [...base32].map((digit) => ALPHABET.indexOf(digit).toString(2).padStart(5, '0')).join('');
  return (bits.match(/.{4}/g) ?? []).map((nibble) => Number.parseInt(nibble, 2).toString(16)).join('');
}
