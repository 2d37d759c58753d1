import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetRead } from 'hyparquet';

/** The columns of flights.parquet, with one value per flight, in the order of the data set. */
export interface Flights {
  /** 1 to 12. */
  month: ArrayLike<number>;
  /** Day of the month, from 1. */
  day: ArrayLike<number>;
  /** Scheduled departure, local time, as hours * 100 + minutes. */
  sched_dep_time: ArrayLike<number>;
  /** Two letters. */
  carrier: ArrayLike<string>;
  /** The carrier's flight number. */
  flight: ArrayLike<number>;
  /** Tail number of the plane. */
  tailnum: ArrayLike<string>;
  /** EWR, JFK or LGA. */
  origin: ArrayLike<string>;
  dest: ArrayLike<string>;
  /** Miles. */
  distance: ArrayLike<number>;
  /** Whether it arrived more than 15 minutes late. */
  late: ArrayLike<boolean>;
}

/** The file is next to both `src` and `dist`. */
const flightsFile = fileURLToPath(new URL('../flights.parquet', import.meta.url));

/**
 * Reads the flights that are part of the example.
 *
 * @throws Error naming the file if it cannot be read.
 */
export async function readFlights(): Promise<Flights> {
  const columns: Record<string, unknown[]> = {};
  try {
    await parquetRead({
      file: await asyncBufferFromFile(flightsFile),
      compressors: { BROTLI: (input) => brotliDecompressSync(input) },
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = (columns[columnName] ??= []);
        for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i];
      },
    });
  } catch (error) {
    throw new Error(`${flightsFile}: ${(error as Error).message}`, { cause: error });
  }
  // The file is sorted to make it small; `place` is a row's position in the data set.
  const { place, ...sorted } = columns;
  return Object.fromEntries(
    Object.entries(sorted).map(([name, values]) => [name, inPlace(values, place as number[])]),
  ) as unknown as Flights;
}

function inPlace(values: readonly unknown[], place: readonly number[]): unknown[] {
  const placed = new Array<unknown>(values.length);
  for (let i = 0; i < values.length; i++) placed[place[i]!] = values[i];
  return placed;
}
