// Seeded damage: a case can be made again from its number.
import { RandomStream } from '@ds/criteo-data';

const changes = [
  (bytes, random) => void (bytes[random(bytes.length)] ^= 1 << random(8)),
  (bytes, random) => void (bytes[random(bytes.length)] = random(256)),
  (bytes, random) => void bytes.fill(random(2) * 255, random(bytes.length), random(bytes.length)),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random(64), random(256))]),
  (bytes, random) => {
    const [from, to] = [random(bytes.length), random(bytes.length)];
    return void bytes.copy(bytes, to, from, from + random(64));
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(16))]);
  },
  (bytes, random) => {
    if (bytes.length < 4) return undefined;
    const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, bytes.length];
    return void bytes.writeUInt32LE(extremes[random(extremes.length)] >>> 0, random(bytes.length - 3));
  },
];

/** One of the originals, at `place`, with one to three changes; one of weight 4 is taken four times as often as one of 1. */
export function damage({ seed, number, originals }) {
  const stream = new RandomStream(seed, number);
  const random = (below) => stream.nextBelow(below);
  const places = originals.flatMap(({ weight }, index) => Array(weight).fill(index));
  const place = places[random(places.length)];
  let bytes = Buffer.from(originals[place].bytes);
  for (let times = 1 + random(3); times > 0 && bytes.length > 0; times--) {
    bytes = changes[random(changes.length)](bytes, random) ?? bytes;
  }
  return { place, bytes };
}
