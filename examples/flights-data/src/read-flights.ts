import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetRead } from 'hyparquet';

/** The columns of flights.parquet, each with one value a flight, in the order of the data set. */
export interface Flights {
  /** 1 to 12. */
  month: ArrayLike<number>;
  /** Of the month, from 1. */
  day: ArrayLike<number>;
  /** Scheduled departure, local time, as hours * 100 + minutes. */
  sched_dep_time: ArrayLike<number>;
  /** Two letters. */
  carrier: ArrayLike<string>;
  /** Number of the flight, of its carrier. */
  flight: ArrayLike<number>;
  /** The plane. */
  tailnum: ArrayLike<string>;
  /** EWR, JFK or LGA. */
  origin: ArrayLike<string>;
  dest: ArrayLike<string>;
  /** Miles. */
  distance: ArrayLike<number>;
  /** Whether it arrived more than 15 minutes late. */
  late: ArrayLike<boolean>;
}

/** Both `src` and `dist` lie beside the file. */
const flightsFile = fileURLToPath(new URL('../flights.parquet', import.meta.url));

/**
 * Reads the flights that the example ships.
 *
 * @throws Error naming the file when it cannot be read.
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
  // The file is sorted, which makes it small; `place` says where in the data set a row of it stands.
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
