/** An attestation object in CBOR whose statement is this. */
export function attestationWith(statement: Buffer): Buffer {
  const fields = [
    text('fmt'),
    text('packed'),
    text('attStmt'),
    statement,
    text('authData'),
    bytes(Buffer.alloc(37)),
  ];
  return Buffer.concat([Buffer.from([0xa3]), ...fields]);
}

/** Statements of so many bytes that say little in them. */
export const CBOR_SHAPES: Record<string, (size: number) => Buffer> = {
  'arrays in arrays': (size) => Buffer.alloc(size, 0x81),
  'maps in maps': (size) => repeated(size, [0xa1, 0x00]),
  'many numbers': (size) => Buffer.concat([head(0x99, size), Buffer.alloc(size)]),
  'many empty maps': (size) => Buffer.concat([head(0x99, size), Buffer.alloc(size, 0xa0)]),
  'many keys': (size) => {
    const count = Math.floor(size / 4);
    const keys = Array.from({ length: count }, (_, key) =>
      Buffer.concat([head(0x19, key), Buffer.from([0])]),
    );
    return Buffer.concat([head(0xb9, count), ...keys]);
  },
  'more than there is': (size) =>
    Buffer.concat([Buffer.from([0x9a, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(size)]),
  'many certificates': (size) => {
    const one = bytes(Buffer.from([0x30, 0x03, 0x02, 0x01, 0x00]));
    const count = Math.floor(size / one.length);
    const chain = Buffer.concat([text('x5c'), head(0x99, count), ...Array<Buffer>(count).fill(one)]);
    return Buffer.concat([Buffer.from([0xa2]), chain, text('sig'), bytes(Buffer.alloc(64))]);
  },
};

function head(kind: number, count: number): Buffer {
  return Buffer.from([kind, count >> 8, count & 0xff]);
}

function repeated(size: number, piece: number[]): Buffer {
  return Buffer.alloc(size, Buffer.from(piece));
}

const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
const bytes = (value: Buffer) => Buffer.concat([Buffer.from([0x58, value.length]), value]);
